import { type LuaFunction, LuaHandle, type LuaTable, type LuaValue, type LuaVmApi } from '../../lua/vm/index.ts'
import { HANDLER_BUDGET_MS, HUB_OWNER } from './callbacks.ts'

/** Emits an event of the host to the subscribers in Lua (`events.on`), and waits until they have run. */
export async function emit(vm: LuaVmApi, event: string, data: LuaTable): Promise<void> {
  if (vm.closed) return
  const found = vm.getGlobal('events.emit')
  if (!isFunction(found)) return // a VM without events
  using fn = found
  try {
    await vm.call(fn, [event, data], { owner: HUB_OWNER, budgetMs: HANDLER_BUDGET_MS })
  } catch (error) {
    vm.report(HUB_OWNER, error)
  }
}

function isFunction(value: LuaValue): value is LuaFunction {
  return typeof value === 'object' && value !== null && !(value instanceof LuaHandle) && Symbol.dispose in value
}
