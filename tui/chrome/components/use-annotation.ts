import type { DOMElement } from 'ink'
import { type RefObject, useLayoutEffect, useRef } from 'react'
import type { Annotation } from '../annotations.ts'
import { useShared } from './context.ts'

/** Tells the painter about the box that gets the returned ref, which is `given` if there is one already. */
export function useAnnotation(
  annotation: Annotation | undefined,
  given?: RefObject<DOMElement | null>,
): RefObject<DOMElement | null> {
  const own = useRef<DOMElement>(null)
  const ref = given ?? own
  const { annotations } = useShared()
  useLayoutEffect(() => {
    if (!ref.current) return
    if (annotation) annotations.set(ref.current, annotation)
    else annotations.delete(ref.current)
  })
  return ref
}
