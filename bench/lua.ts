// What the Lua VM costs: calls both ways, strings, tables, waits, the watchdog. Runs alone: node bench/lua.ts
import { createEvents, jsonModule } from '../lua/modules/index.ts'
import { defineFunction, defineModule, type LuaFunction, type LuaTable, type LuaValue, LuaVm } from '../lua/vm/index.ts'
import type { Row } from './row.ts'

/** Rounds of each measurement, of which the best counts: the machine does other things too. */
const ROUNDS = 7

export async function benchLua(): Promise<Row[]> {
  const started = performance.now()
  using vm = await LuaVm.create({
    name: 'bench',
    modules: [benchModule(), jsonModule(), createEvents().module],
    onError: () => undefined,
  })
  const created = performance.now() - started
  const rows: Row[] = [{ name: 'VM created', value: created, unit: 'ms' }]
  const inLua = (name: string, count: number, body: string, baseline = 0): number => {
    const value = best(vm, `for i = 1, ${count} do ${body} end`, count) - baseline
    rows.push({ name, value, unit: 'µs' })
    return value
  }
  const loop = best(vm, 'for i = 1, 1000000 do end', 1_000_000)
  inLua('primitive call, no arguments', 300_000, 'local x = b.nothing()', loop)
  inLua('primitive call, two numbers', 300_000, 'local x = b.add(i, 2)', loop)
  inLua('primitive call, 12 characters in', 300_000, "local x = b.length('twelve chars')", loop)
  inLua('primitive call, 12 characters out', 300_000, 'local x = b.text()', loop)
  inLua('primitive call, 12 characters each way', 300_000, "local x = b.echo('twelve chars')", loop)
  inLua('primitive call, 1 KB in and out', 30_000, 'local x = b.echo(kilobyte)', loop)
  inLua('primitive returning a list of 20', 30_000, 'local x = b.list()', loop)
  inLua('primitive raising, caught', 20_000, 'pcall(b.raise)', loop)
  inLua('pattern match on a short string', 200_000, "local x = line:match('^(%w+)=(.-)$')", loop)
  inLua(
    'string.rep, table.insert, table.concat',
    100_000,
    "local t = {} table.insert(t, 'a') local s = table.concat(t, ',') .. ('x'):rep(3)",
    loop,
  )
  inLua('coroutine resumed and yielding', 200_000, 'wrapped()', loop)

  rows.push({ name: 'callback from JavaScript', value: await bestCall(vm, 'return ...', 100_000, [1]), unit: 'µs' })
  rows.push({ name: 'list of 20 out of Lua', value: await bestCall(vm, 'return list', 20_000), unit: 'µs' })
  const small = await bestCall(vm, 'return tables', 20_000)
  rows.push({ name: 'list of 20 small tables out of Lua', value: small, unit: 'µs' })
  const tables = vm.getGlobal('tables')
  rows.push({
    name: 'list of 20 small tables into Lua',
    value: await bestCall(vm, 'return', 20_000, [tables]),
    unit: 'µs',
  })
  const event = best(vm, "for i = 1, 50000 do events.emit('tick', i) end", 50_000)
  rows.push({ name: 'events handled in Lua', value: 1_000_000 / event, unit: 'per s' })
  rows.push({ name: 'UI tree of 61 nodes out of Lua', value: await bestCall(vm, 'return tree', 5_000), unit: 'µs' })
  rows.push({
    name: 'UI tree of 61 nodes into Lua',
    value: await bestCall(vm, 'return', 5_000, [tree(vm)]),
    unit: 'µs',
  })
  const awaited = await bestRun(vm, 'for i = 1, 20000 do b.at_once() end', 20_000)
  rows.push({ name: 'wait', value: awaited, unit: 'µs' })
  const inside = await bestRun(
    vm,
    'local f = coroutine.wrap(function() while true do coroutine.yield(b.at_once()) end end) for i = 1, 20000 do f() end',
    20_000,
  )
  rows.push({ name: 'wait inside a coroutine', value: inside, unit: 'µs' })
  rows.push({
    name: 'JSON decoded and encoded, 10 KB',
    value: best(vm, 'for i = 1, 200 do json.encode(json.decode(document)) end', 200),
    unit: 'µs',
  })
  rows.push({ name: 'endless loop stopped after its budget of 10 ms', value: late(vm), unit: 'ms late' })
  return rows
}

function benchModule() {
  const list = Array.from({ length: 20 }, (_, i) => ({ id: i, name: `agent ${i}` }) as LuaTable)
  return defineModule({
    name: 'b',
    doc: '',
    functions: {
      nothing: defineFunction({ doc: '', call: () => undefined }),
      add: defineFunction({
        doc: '',
        args: [
          { name: 'a', type: 'number' },
          { name: 'b', type: 'number' },
        ],
        call: (_, a, b) => a + b,
      }),
      length: defineFunction({ doc: '', args: [{ name: 'text', type: 'text' }], call: (_, text) => text.length }),
      text: defineFunction({ doc: '', call: () => 'twelve chars' }),
      echo: defineFunction({ doc: '', args: [{ name: 'text', type: 'text' }], call: (_, text) => text }),
      list: defineFunction({ doc: '', call: () => list }),
      raise: defineFunction({
        doc: '',
        call: () => {
          throw new Error('no')
        },
      }),
      at_once: defineFunction({ doc: '', yields: true, call: async () => 1 }),
    },
  })
}

/** What the default layout draws with twenty agents. */
const SETUP = `
kilobyte = ('x'):rep(1024)
line = 'key=some value'
wrapped = coroutine.wrap(function() while true do coroutine.yield() end end)
list = {} for i = 1, 20 do list[i] = 'item ' .. i end
tables = {} for i = 1, 20 do tables[i] = {id = i, name = 'agent ' .. i, busy = i % 2 == 0} end
ticks = 0
events.on('tick', function(i) ticks = ticks + i end)
local items = {}
for i = 1, 20 do items[i] = {text = 'agent ' .. i, secondary = {text = 'main', style = 'dim'}, style = {fg = 'green'}} end
tree = {type = 'hsplit', constraints = {'15%', '85%'}, children = {{type = 'list', id = 'agents', props = {items = items, selected = 3}}}}
document = json.encode((function() local t = {} for i = 1, 100 do t[i] = {id = i, name = 'agent ' .. i, tags = {'a', 'b'}, score = i / 7, title = ('t'):rep(20)} end return t end)())
`

function prepared(vm: LuaVm): void {
  if (vm.getGlobal('kilobyte') === undefined) vm.runSync(SETUP, { chunkName: 'setup', owner: 'bench' })
}

/** Microseconds of one of `count` turns of a chunk. */
function best(vm: LuaVm, source: string, count: number): number {
  prepared(vm)
  using chunk = vm.load(source, { chunkName: 'bench', owner: 'bench' })
  return lowest(() => vm.callSync(chunk, []), count)
}

async function bestCall(vm: LuaVm, source: string, count: number, args: LuaValue[] = []): Promise<number> {
  prepared(vm)
  using fn: LuaFunction = vm.load(source, { chunkName: 'bench', owner: 'bench' })
  return lowest(() => {
    for (let i = 0; i < count; i++) vm.callSync(fn, args)
  }, count)
}

async function bestRun(vm: LuaVm, source: string, count: number): Promise<number> {
  using chunk = vm.load(source, { chunkName: 'bench', owner: 'bench' })
  let least = Number.POSITIVE_INFINITY
  for (let round = 0; round < ROUNDS; round++) {
    const started = performance.now()
    await vm.call(chunk, [])
    least = Math.min(least, performance.now() - started)
  }
  return (least * 1000) / count
}

function lowest(body: () => unknown, count: number): number {
  let least = Number.POSITIVE_INFINITY
  for (let round = 0; round < ROUNDS; round++) {
    const started = performance.now()
    body()
    least = Math.min(least, performance.now() - started)
  }
  return (least * 1000) / count
}

function tree(vm: LuaVm): LuaValue {
  prepared(vm)
  return vm.getGlobal('tree')
}

function late(vm: LuaVm): number {
  using loop = vm.load('while true do pcall(function() while true do end end) end', {
    chunkName: 'bench',
    owner: 'bench',
  })
  return (
    lowest(() => {
      try {
        vm.callSync(loop, [], { budgetMs: 10 })
      } catch {
        // what it is about
      }
    }, 1000) - 10
  )
}

if (process.argv[1] === import.meta.filename) {
  for (const { name, value, unit } of await benchLua()) {
    process.stdout.write(`${name.padEnd(50)} ${value.toFixed(2).padStart(9)} ${unit}\n`)
  }
}
