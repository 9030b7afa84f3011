import { createContext, useContext } from 'react'
import type { Annotations } from '../annotations.ts'
import type { Glyphs } from '../glyphs.ts'
import type { ConnectionCode } from '../protocol.ts'
import type { StyleMarks } from '../style.ts'

/** What every component of one chrome shares. */
export interface ChromeContext {
  annotations: Annotations
  marks: StyleMarks
  glyphs: Glyphs
}

const Shared = createContext<ChromeContext | undefined>(undefined)
const Code = createContext<ConnectionCode | undefined>(undefined)

export const SharedProvider = Shared.Provider
export const ConnectionCodeProvider = Code.Provider

export function useShared(): ChromeContext {
  const shared = useContext(Shared)
  if (!shared) throw new Error('drawn outside of <Screen>')
  return shared
}

/** The pairing code of this frame, if there is one. */
export function useConnectionCode(): ConnectionCode | undefined {
  return useContext(Code)
}
