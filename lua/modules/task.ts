/** `task`: several things at once, and limits on how long something may take. */
import {
  defineFunction,
  defineLuaFunction,
  defineModule,
  failure,
  type LuaFunction,
  type LuaModule,
  type LuaVmApi,
  type PrimitiveResult,
} from '../vm/index.ts'

/** Coroutines that one call may start: more at once is a mistake, or wants a queue. */
const MOST_FUNCTIONS = 1000
/** Milliseconds a timer of Node can count. */
const MAX_TIMER_MS = 2 ** 31 - 1

export function taskModule(): LuaModule {
  const functions = {
    name: 'functions',
    type: 'table',
    doc: `a list of at most ${MOST_FUNCTIONS}`,
    luaType: '(fun(): any)[]',
  } as const
  const seconds = {
    name: 'seconds',
    type: 'number',
    optional: true,
    doc: 'that all of it may take; without limit when nil',
  } as const
  const failures = { deadline: 'the time was over first; what had not ended is cancelled' }
  const RAISES =
    'The error of a function that fails is raised here (a plain text as a table with message and traceback)'
  return defineModule({
    name: 'task',
    doc:
      'Several things at once. Each function runs in a coroutine of its own, as the caller’s owner and with its budget, ' +
      'and may wait; whatever ends or cancels the caller cancels them too.',
    sandbox: true,
    functions: {
      all: defineLuaFunction({
        doc: `Runs functions side by side and waits until every one has ended. ${RAISES}, and the others are cancelled.`,
        args: [functions, seconds],
        returns: [
          {
            name: 'results',
            type: ['table', 'nil'],
            doc: 'for each function, in their order, a table of what it returned as table.pack makes it',
          },
        ],
        yields: true,
        failures,
        example:
          'local results = assert(task.all({\n  function() return fs.listdir("/tmp") end,\n  function() return fs.stat("/tmp") end,\n}, 10))\nlog.info(#results[1][1], results[2][1].is_dir)',
      }),
      race: defineLuaFunction({
        doc: `Runs functions side by side until the first one has ended, and cancels the others. ${RAISES}.`,
        args: [functions, seconds],
        returns: [
          { name: 'index', type: ['integer', 'nil'], doc: 'of the function that was first' },
          { name: '...', type: 'any', doc: 'what it returned' },
        ],
        yields: true,
        failures,
        example:
          'local first = task.race({\n  function() return events.wait("deployed") end,\n  function() return events.wait("failed") end,\n}, 0.01)',
      }),
      deadline: defineLuaFunction({
        doc: `Calls a function that may take so many seconds, waiting included. ${RAISES}.`,
        args: [
          { name: 'seconds', type: 'number' },
          { name: 'fn', type: 'function' },
        ],
        variadic: { type: 'any', doc: 'passed to the function' },
        returns: [{ type: 'any', doc: 'whatever the function returns' }],
        yields: true,
        failures,
        example: 'local ok, message = task.deadline(0.01, events.wait, "deployed")',
      }),
      run: defineFunction({
        doc: 'Private to the others.',
        hidden: true,
        args: [
          { name: 'mode', type: 'text' },
          { name: 'seconds', type: 'number', optional: true },
        ],
        variadic: { type: 'function' },
        returns: [{ type: ['boolean', 'nil'] }],
        yields: true,
        call: ({ vm, owner, signal }, mode, limit, ...given) =>
          run(vm, given as LuaFunction[], { owner, signal, isRace: mode === 'race', seconds: limit }),
      }),
    },
    lua: LUA,
  })
}

interface Group {
  readonly owner: string
  /** Of the caller. */
  readonly signal: AbortSignal
  /** Until the first has ended, and not until all have. */
  readonly isRace: boolean
  readonly seconds: number | undefined
}

/** True once enough of them have ended. None of them runs any more when it settles. */
async function run(
  vm: LuaVmApi,
  functions: readonly LuaFunction[],
  { owner, signal, isRace, seconds }: Group,
): Promise<PrimitiveResult> {
  const over = new AbortController()
  const late = Promise.withResolvers<PrimitiveResult>()
  const stop = () => over.abort()
  signal.addEventListener('abort', stop, { once: true })
  // The budget is the caller's, who runs only now.
  const options = { owner, signal: over.signal, inherit: true }
  const running = functions.map((fn) => vm.call(fn, [], options).finally(() => fn[Symbol.dispose]()))
  const timer =
    seconds === undefined
      ? undefined
      : setTimeout(
          () => late.resolve(failure(`it was not done within ${seconds} s`, { kind: 'deadline' })),
          Math.min(Math.max(0, seconds) * 1000, MAX_TIMER_MS),
        )
  try {
    const ended = isRace ? Promise.race(running) : Promise.all(running)
    return await Promise.race([ended.then(() => true), late.promise])
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', stop)
    over.abort()
    await Promise.allSettled(running)
  }
}

const LUA = `
local task = ...
local run = task.run
task.run = nil
local pack, unpack, type, error, rawlen = table.pack, table.unpack, type, error, rawlen

local function wrong(name, position, expected, got)
  error("bad argument #" .. position .. " to 'task." .. name .. "' (" .. expected .. ", got " .. got .. ")", 3)
end

local function check(name, functions, seconds)
  if type(functions) ~= 'table' then wrong(name, 1, 'table expected', type(functions)) end
  if seconds ~= nil and type(seconds) ~= 'number' then wrong(name, 2, 'number expected', type(seconds)) end
  if name == 'race' and rawlen(functions) == 0 then
    wrong(name, 1, 'a list of functions expected', 'an empty table')
  end
  if rawlen(functions) > ${MOST_FUNCTIONS} then
    wrong(name, 1, 'at most ${MOST_FUNCTIONS} functions expected', rawlen(functions))
  end
  for i = 1, rawlen(functions) do
    if type(functions[i]) ~= 'function' then
      wrong(name, 1, '[' .. i .. ']: function expected', type(functions[i]))
    end
  end
end

function task.all(functions, seconds)
  check('all', functions, seconds)
  local results, wrapped = {}, {}
  for i, fn in ipairs(functions) do
    wrapped[i] = function() results[i] = pack(fn()) end
  end
  local ok, message, err = run('all', seconds, unpack(wrapped))
  if not ok then return nil, message, err end
  return results
end

function task.race(functions, seconds)
  check('race', functions, seconds)
  local first, result
  local wrapped = {}
  for i, fn in ipairs(functions) do
    wrapped[i] = function()
      local returned = pack(fn())
      if first == nil then first, result = i, returned end
    end
  end
  local ok, message, err = run('race', seconds, unpack(wrapped))
  if not ok then return nil, message, err end
  return first, unpack(result, 1, result.n)
end

function task.deadline(seconds, fn, ...)
  if type(seconds) ~= 'number' then wrong('deadline', 1, 'number expected', type(seconds)) end
  if type(fn) ~= 'function' then wrong('deadline', 2, 'function expected', type(fn)) end
  local args, result = pack(...), nil
  local ok, message, err = run('all', seconds, function() result = pack(fn(unpack(args, 1, args.n))) end)
  if not ok then return nil, message, err end
  return unpack(result, 1, result.n)
end
`
