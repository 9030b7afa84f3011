import type { LuaTable, LuaValue, LuaVmApi } from '../../lua/vm/index.ts'
import { HUB_OWNER } from './callbacks.ts'
import type { OutputFilter } from './forwarders.ts'
import type { HubCallbacks } from './runtime.ts'

/** What `runtime.on_pty_output` has registered. When it fails, the bytes pass as they are and the error is reported. */
export function luaOutputFilter(callbacks: HubCallbacks): OutputFilter {
  return {
    wanted(vm) {
      try {
        return callbacks.askNow(vm, 'pty_output_wanted')?.[0] === true
      } catch (error) {
        vm.report(HUB_OWNER, error)
        return false
      }
    },
    async pass(vm: LuaVmApi, context: LuaTable, data: Uint8Array) {
      try {
        const answer = await callbacks.ask(vm, 'pty_output', context, data)
        return answer === undefined ? data : asBytes(answer[0])
      } catch (error) {
        vm.report(HUB_OWNER, error)
        return data
      }
    },
  }
}

/** Lua's strings arrive as text when they are valid UTF-8. */
function asBytes(value: LuaValue): Uint8Array | undefined {
  if (typeof value === 'string') return Buffer.from(value)
  return value instanceof Uint8Array ? value : undefined
}
