import { defineFunction, defineModule, type LuaModule, type LuaValue } from '../../lua/vm/index.ts'
import type { NoticeLevel } from '../stores/notices.ts'
import { fuzzyFilter } from './fuzzy.ts'
import { parseLevel } from './operations.ts'

export interface ScreenCallbacks {
  readonly notify: (level: NoticeLevel, message: string) => void
  readonly redraw: () => void
}

/** `_screen`: what the UI's Lua may ask of the host outside of the operations it returns. botster.lua wraps it. */
export function screenModule(callbacks: ScreenCallbacks): LuaModule {
  return defineModule({
    name: '_screen',
    doc: 'What the UI may ask of its host at any time. Use `botster.notify` and `botster.redraw`.',
    functions: {
      notify: defineFunction({
        doc: 'Shows a message to the user for a while.',
        args: [
          { name: 'message', type: 'text' },
          { name: 'level', type: 'text', default: 'info', doc: '"info", "warning" or "error"' },
        ],
        call: (_, message, level) => {
          callbacks.notify(parseLevel(level), message)
          return undefined
        },
      }),
      fuzzy: defineFunction({
        doc: 'The texts that fit a query, the best first; an empty query fits all. Use `botster.fuzzy`.',
        args: [
          { name: 'query', type: 'text' },
          { name: 'texts', type: 'table', luaType: 'string[]' },
        ],
        returns: [{ name: 'matches', type: 'table', doc: 'of {index, positions}, both from 1' }],
        call: (_, query, texts) => {
          const strings = Array.isArray(texts) ? texts.map((text) => (typeof text === 'string' ? text : '')) : []
          return fuzzyFilter(query, strings) as unknown as LuaValue
        },
      }),
      owner: defineFunction({
        doc: 'Whose code calls: the file or plugin that is being loaded, or whose function runs.',
        returns: [{ name: 'owner', type: 'text' }],
        call: ({ owner }) => owner,
      }),
      redraw: defineFunction({
        doc: 'Calls `render` and `render_overlay` again soon.',
        call: () => {
          callbacks.redraw()
          return undefined
        },
      }),
    },
  })
}
