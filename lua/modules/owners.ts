/** `owners`: who registrations belong to. For the protected core, which loads and unloads modules and plugins. */
import { defineFunction, defineLuaFunction, defineModule, defineRawFunction, type LuaModule } from '../vm/index.ts'

export function ownersModule(): LuaModule {
  return defineModule({
    name: 'owners',
    doc: 'Who registrations belong to: handlers, timers, coroutines and everything else that outlives a call belongs to the module or plugin that ran when it was made.',
    functions: {
      current: defineFunction({
        doc: 'The name of the module or plugin that runs now.',
        returns: [{ name: 'owner', type: 'text' }],
        example: 'log.info(owners.current())',
        call: ({ owner }) => owner,
      }),
      call: defineLuaFunction({
        doc: 'Calls a function as another owner: what it registers belongs to that one. It may wait.',
        args: [
          { name: 'owner', type: 'text' },
          { name: 'fn', type: 'function' },
        ],
        variadic: { type: 'any', doc: 'passed to the function' },
        returns: [{ type: 'any', doc: 'whatever the function returns' }],
        example: "owners.call('plugin.github', function() timer.every(60, function() end) end)",
      }),
      count: defineFunction({
        doc: 'How much an owner has: handlers, timers, watches and the like, and coroutines that run.',
        args: [{ name: 'owner', type: 'text' }],
        returns: [{ type: 'table', luaType: '{registrations: integer, coroutines: integer}' }],
        example: "log.info(owners.count('plugin.github').registrations)",
        call: ({ vm }, owner) => ({ ...vm.countOf(owner) }),
      }),
      release: defineFunction({
        doc: "Cancels an owner's coroutines and removes all it has registered.",
        args: [{ name: 'owner', type: 'text' }],
        example: "owners.release('plugin.github')",
        call: ({ vm }, owner) => {
          vm.releaseOwner(owner)
        },
      }),
      change: defineRawFunction(
        {
          doc: 'Private to `call`.',
          hidden: true,
          args: [{ name: 'owner', type: 'text' }],
          returns: [{ type: 'text' }],
        },
        ({ frames, strings }) =>
          (L) => {
            strings.pushText(L, frames.changeOwner(strings.display(L, 1)))
            return 1
          },
      ),
    },
    lua: `
local owners = ...
local change = owners.change
owners.change = nil
local restore = { __close = function(guard) change(guard[1]) end }

function owners.call(owner, fn, ...)
  if type(owner) ~= 'string' then
    error("bad argument #1 to 'owners.call' (string expected, got " .. type(owner) .. ")", 2)
  end
  if type(fn) ~= 'function' then
    error("bad argument #2 to 'owners.call' (function expected, got " .. type(fn) .. ")", 2)
  end
  local guard <close> = setmetatable({ change(owner) }, restore)
  return fn(...)
end
`,
  })
}
