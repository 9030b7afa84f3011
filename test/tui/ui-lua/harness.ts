import { join } from 'node:path'
import { parseNode } from '../../../tui/chrome/parse-node.ts'
import { createUiVm } from '../../../tui/ui-lua/create-vm.ts'
import { BASE_FILES, type BaseFile } from '../../../tui/ui-lua/files.ts'
import type { UiSource } from '../../../tui/ui-lua/loader.ts'
import type { UiProblem } from '../../../tui/ui-lua/problem.ts'
import { UiLua } from '../../../tui/ui-lua/ui-lua.ts'

export const SHIPPED_UI = join(import.meta.dirname, '../../../lua/ui')

/** What a render function is given besides `_tui_state`. */
export const RENDER_STATE = {
  terminal_rows: 20,
  terminal_cols: 80,
  screen_rows: 24,
  screen_cols: 100,
  is_scrolled: false,
  scroll_offset: 0,
  qr_width: 0,
  qr_height: 0,
  hub_status: 'connected',
}

/** Somebody whose settings cannot be read or saved, not even by root. */
const NOBODY = { HOME: '/dev/null' }

export interface UiUnderTest extends Disposable {
  readonly ui: UiLua
  readonly problems: UiProblem[]
  readonly notices: string[]
  /** Loads the user's files, by name ("layout.lua" replaces the shipped one), drawing once as the TUI does. */
  readonly load: (files: Record<string, string>) => void
  /** What `render` draws now, as JSON; '' when it could not. */
  readonly draw: (name?: 'render' | 'render_overlay') => string
  readonly action: (key: string, mode?: string) => unknown
}

/** The UI's Lua with the shipped files, ready to load a user's. */
export async function startUi(env: NodeJS.ProcessEnv = NOBODY): Promise<UiUnderTest> {
  const problems: UiProblem[] = []
  const notices: string[] = []
  const vm = await createUiVm({
    env,
    roots: [join(SHIPPED_UI, '..')],
    log: () => {},
    notify: (_, message) => notices.push(message),
    redraw: () => {},
    onError: ({ message }) => problems.push({ message }),
  })
  const ui = new UiLua({ vm, shippedDirectory: SHIPPED_UI, onProblem: (problem) => problems.push(problem) })
  let before: UiSource[] = []
  const check = (value: unknown, name: string) => {
    const parsed = parseNode(value, `${name}()`)
    return parsed.ok ? undefined : { message: parsed.error.message }
  }
  return {
    ui,
    problems,
    notices,
    load: (files) => {
      const sources = Object.entries(files).map(([name, text]) => source(name, text))
      const changed = [...before, ...sources].filter(({ label, source: text }) => {
        const other = [before, sources].map((list) => list.find((file) => file.label === label)?.source.toString())
        return other[0] !== other[1] || text === undefined
      })
      before = sources
      ui.load(
        sources,
        changed.map(({ label }) => label),
        () => check(ui.probe('render', [RENDER_STATE])[0], 'render'),
      )
      ui.set({ agents_known: true })
    },
    draw: (name = 'render') => {
      let drawn = ''
      ui.draw(name, RENDER_STATE, (value) => {
        drawn = JSON.stringify(value) ?? ''
        return value === undefined ? undefined : check(value, name)
      })
      return drawn
    },
    action: (key, mode = 'insert') => {
      const called = ui.call('handle_key', [key, mode, 3, 20, false])
      return called.ok ? called.values[0] : 'failed'
    },
    [Symbol.dispose]: () => ui[Symbol.dispose](),
  }
}

function source(name: string, text: string): UiSource {
  const replaces = (BASE_FILES as readonly string[]).includes(name) ? (name as BaseFile) : undefined
  const label = `~/.botster/lua/${replaces ? 'ui' : 'user/ui'}/${name}`
  return { path: `/home/somebody/${label}`, label, replaces, source: Buffer.from(text) }
}
