import type { LuaModule } from '../../lua/vm/index.ts'
import type { HubContext } from '../types.ts'
import { Callbacks } from './callbacks.ts'
import { connectionModule } from './connection.ts'
import { Forwarders } from './forwarders.ts'
import { hubModule } from './hub.ts'
import { Loads } from './loads.ts'
import { ModuleFiles } from './module-files.ts'
import { luaOutputFilter } from './output-filter.ts'
import { ptyModule } from './pty.ts'
import { PtyHandles } from './pty-handles.ts'
import { pushModule } from './push.ts'
import { recordsModule } from './records.ts'
import { RegisteredAgents } from './registered-agents.ts'
import { type HubCallbacks, runtimeModule } from './runtime.ts'
import { sandboxModule } from './sandbox.ts'
import { socketModule } from './socket.ts'
import { templatesModule } from './templates.ts'
import { trustModule } from './trust.ts'
import { type ClientCallbacks, tuiModule } from './tui.ts'
import { updateModule } from './update.ts'
import { webrtcModule } from './webrtc.ts'
import { WebrtcPeers } from './webrtc-peers.ts'
import { signallingFunctions } from './webrtc-signalling.ts'
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
  const webrtc: ClientCallbacks = new Callbacks()
  const callbacks: HubCallbacks = new Callbacks()
  const ptys = new PtyHandles(hub)
  const loads = new Loads()
  const agents = new RegisteredAgents(loads, (key) =>
    hub()
      .records.agents()
      .some((agent) => agent.key === key),
  )
  const forwarders = new Forwarders({ hub, ptys, agents, filter: luaOutputFilter(callbacks), loads })
  const peers = new WebrtcPeers({ hub, callbacks: webrtc, emit })
  const modules = [
    runtimeModule(hub, files, callbacks, loads),
    sandboxModule(hub, files),
    recordsModule(hub),
    hubModule(hub, agents, signallingFunctions(peers)),
    ptyModule(hub, { handles: ptys, forwarders, callbacks, loads }),
    worktreeModule(hub, emit, loads),
    trustModule(hub),
    tuiModule(hub, tui, forwarders),
    socketModule(hub, socket, forwarders),
    webrtcModule(peers, webrtc, forwarders),
    connectionModule(hub, peers, emit),
    updateModule(),
    templatesModule(),
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
