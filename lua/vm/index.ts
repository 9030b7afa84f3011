/** The Lua VM: everything other folders may use of it. */
export { failure, LuaError, LuaFailure, LuaResults, results } from './error.ts'
export { isLuaFunction } from './functions.ts'
export { handle, LuaHandle } from './handle.ts'
export * from './module.ts'
export { LUA_NULL } from './null.ts'
export { sandboxed } from './sandbox.ts'
export * from './types.ts'
export { LuaVm } from './vm.ts'
