import { type DOMElement, measureElement } from 'ink'
import { type RefObject, useLayoutEffect, useState } from 'react'

export interface BoxSize {
  width: number
  height: number
}

const UNKNOWN: BoxSize = { width: 0, height: 0 }

/**
 * The inner size of a laid out box. Zero when first drawn: effects run after Ink's layout and before the frame is
 * painted, so that the second pass, which knows the size, is the one that is seen.
 */
export function useBoxSize(ref: RefObject<DOMElement | null>): BoxSize {
  const [size, setSize] = useState(UNKNOWN)
  useLayoutEffect(() => {
    if (!ref.current) return
    const { clientWidth: width, clientHeight: height } = measureElement(ref.current)
    if (width !== size.width || height !== size.height) setSize({ width, height })
  })
  return size
}
