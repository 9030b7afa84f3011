/** The primitives that reach other machines: for trusted code. */
import type { LuaModule } from '../vm/index.ts'
import { actionCableModule } from './action-cable.ts'
import { httpModule } from './http.ts'
import { HttpClient } from './web/client.ts'
import { websocketModule } from './websocket.ts'

export interface NetworkOptions {
  /** Where a proxy is looked up. */
  readonly env: NodeJS.ProcessEnv
}

/** http, websocket and action_cable. */
export function networkModules({ env }: NetworkOptions): readonly LuaModule[] {
  return [httpModule(new HttpClient({ env })), websocketModule(), actionCableModule()]
}
