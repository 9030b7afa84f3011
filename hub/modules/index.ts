import type { LuaModule } from '../../lua/vm/index.ts'
import type { HubContext } from '../types.ts'
import { Callbacks } from './callbacks.ts'
import { hubModule } from './hub.ts'
import { ModuleFiles } from './module-files.ts'
import { ptyModule } from './pty.ts'
import { pushModule } from './push.ts'
import { recordsModule } from './records.ts'
import { type HubCallbacks, runtimeModule } from './runtime.ts'
import { socketModule } from './socket.ts'
import { type ClientCallbacks, tuiModule } from './tui.ts'
import { updateModule } from './update.ts'
import { type Emit, worktreeModule } from './worktree.ts'

/** What the primitives of one VM share with whoever runs it. */
export interface HubPrimitives {
  readonly modules: readonly LuaModule[]
  readonly tui: ClientCallbacks
  readonly socket: ClientCallbacks
  readonly hub: HubCallbacks
}

/** The primitives that are the hub's, for one VM. */
export function hubPrimitives(hub: () => HubContext, files: ModuleFiles, emit: Emit): HubPrimitives {
  const tui: ClientCallbacks = new Callbacks()
  const socket: ClientCallbacks = new Callbacks()
  const callbacks: HubCallbacks = new Callbacks()
  const modules = [
    runtimeModule(files, callbacks),
    recordsModule(hub),
    hubModule(hub),
    ptyModule(hub),
    worktreeModule(hub, emit),
    tuiModule(hub, tui),
    socketModule(hub, socket),
    updateModule(),
    pushModule(),
  ]
  return { modules, tui, socket, hub: callbacks }
}

/** Their descriptions, for the generator of stubs and reference: none of them can be called. */
export function hubModuleDescriptions(): readonly LuaModule[] {
  const absent = () => {
    throw new Error('these modules describe, they do not run')
  }
  return hubPrimitives(absent, new ModuleFiles([]), absent).modules
}
