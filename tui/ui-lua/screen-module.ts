import { defineFunction, defineModule, type LuaModule } from '../../lua/vm/index.ts'
import type { NoticeLevel } from '../stores/notices.ts'
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
