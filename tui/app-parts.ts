import type { LuaTable } from '../lua/vm/index.ts'
import type { TerminalModes } from '../protocol/messages/ptyhost.ts'
import type { Chrome } from './chrome/client.ts'
import type { Display } from './display.ts'
import type { HubLink } from './hub-link.ts'
import type { Notices } from './stores/notices.ts'
import type { UiDirectories } from './ui-lua/files.ts'
import type { UiLua } from './ui-lua/ui-lua.ts'

/** What the app is put together from. */
export interface AppParts {
  readonly lua: UiLua
  readonly notices: Notices
  readonly display: Display
  /** Connected, not subscribed yet; its events go to this app's methods of the same meaning. */
  readonly hub: HubLink
  /** Its frames go to `showChrome`. */
  readonly chrome: Chrome
  readonly env: NodeJS.ProcessEnv
  readonly directories: UiDirectories
  /** Fields of `_tui_state` to begin with. */
  readonly initialState: LuaTable
  readonly log: (line: string) => void
  /** What the focused program wants to hear of mouse and keyboard. */
  readonly followModes: (modes: TerminalModes) => void
  /** Sends a sequence that draws nothing to the terminal, as soon as that is ours. */
  readonly tell: (sequence: string) => void
  /** Gives the terminal to somebody else meanwhile. */
  readonly lend: (use: () => Promise<void>) => Promise<void>
  /** The user leaves. */
  readonly onQuit: () => void
}
