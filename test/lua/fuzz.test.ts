// Random values and bytes against the rules of docs/lua/values.md. BOTSTER_RANDOM_SEED takes others; failures name it.
import { expect, it } from 'vitest'
import { createEvents, jsonModule, logModule, taskModule, timerModule } from '../../lua/modules/index.ts'
import type { LuaModule } from '../../lua/vm/index.ts'
import { osModule } from '../../lua/vm/os.ts'
import { newVm } from './support.ts'

const SEED = Number(process.env.BOTSTER_RANDOM_SEED ?? 1)
const VALUES = 100_000
/** Values a call: each must end within the budget that tests have. */
const AT_ONCE = 2500

/** `make()`, `normal(value)` → ok, what it becomes or why it does not cross; `same(a, b)`. */
const MODEL = `
local random, MARK = math.random, getmetatable(json.decode('[]'))
local EXACT = 2.0 ^ 53
local make

local function bytes(n)
  local parts = {}
  for i = 1, n do parts[i] = string.char(random(0, 255)) end
  return table.concat(parts)
end

local function text(n)
  local parts = {}
  for i = 1, n do
    local code = random(0, ({ 0x7f, 0x7ff, 0xffff, 0x10ffff })[random(4)])
    if code >= 0xd800 and code <= 0xdfff then code = 0xfffd end
    parts[i] = utf8.char(code)
  end
  return table.concat(parts)
end

local function some_string()
  local kind = random(20)
  if kind == 1 then return bytes(random(0, 60)) end
  if kind == 2 then return text(random(0, 60)) end
  if kind == 3 then return ("x"):rep(random(0, 3000)) end
  if kind <= 10 then return bytes(random(0, 12)) end
  return text(random(0, 20))
end

local odd = { 0, -0.0, 1 / 0, -1 / 0, 0 / 0, EXACT, EXACT - 1, -EXACT, 1e300, 5e-324, math.maxinteger, math.mininteger,
  (1 << 53) - 1, 1 << 53, (1 << 53) + 1, -(1 << 53), 1.0, -7.0 }

local function some_number()
  local kind = random(6)
  if kind == 1 then return odd[random(#odd)] end
  if kind == 2 then return random(0) end
  if kind == 3 then return random() end
  if kind == 4 then return (random() - 0.5) * 10.0 ^ random(-300, 300) end
  if kind == 5 then return random(-1000, 1000) + 0.0 end
  return random(-1000, 1000)
end

local function some_key(kind)
  if kind == 1 then return random(-3, 20) end
  if kind == 2 then return random() end
  if kind == 3 then return bytes(random(1, 4)) end
  if kind == 4 then return random(2) == 1 end
  if kind == 5 then return {} end
  return text(random(0, 8))
end

local function some_table(depth)
  local t, kind = {}, random(12)
  if kind <= 5 then
    for i = 1, random(0, 6) do t[i] = make(depth - 1) end
  elseif kind <= 10 then
    for i = 1, random(0, 6) do t['k' .. some_key(6)] = make(depth - 1) end
  else
    for i = 1, random(0, 5) do
      local key = some_key(random(12))
      if key == key then t[key] = make(depth - 1) end
    end
  end
  if random(15) == 1 then setmetatable(t, MARK) end
  if random(15) == 1 and getmetatable(t) == nil then
    setmetatable(t, { __index = function() error('asked') end, __pairs = function() error('asked') end, __len = function() error('asked') end })
  end
  local extra = random(200)
  if extra == 1 then t.self = t end
  if extra == 2 then t.f = print end
  if extra == 3 then t.c = coroutine.create(print) end
  if extra == 4 then
    local inner = t
    for i = 1, random(90, 110) do
      local deeper = {}
      inner.n = deeper
      inner = deeper
    end
  end
  return t
end

function make(depth)
  local kind = random(depth > 0 and 14 or 8)
  if kind <= 3 then return some_string() end
  if kind <= 6 then return some_number() end
  if kind == 7 then return random(2) == 1 end
  if kind == 8 then
    local rare = random(10)
    if rare == 1 then return json.null end
    if rare == 2 then return t.open(random(1, 5)) end
    return nil
  end
  return some_table(depth)
end

local function whole(n) return n == math.floor(n) and n < EXACT and n > -EXACT and not (n == 0 and 1 / n < 0) end

local normal_table

local function normal(v, depth, above)
  local kind = type(v)
  if kind == 'number' then
    if math.type(v) == 'float' and whole(v) then return true, math.tointeger(v) end
    return true, v
  end
  if kind == 'table' then return normal_table(v, depth, above) end
  if kind == 'function' then return depth == 0, depth == 0 and v or 'a function inside a table' end
  if kind == 'thread' then return false, 'a coroutine' end
  if v == json.null then return true, nil end
  return true, v
end

function normal_table(t, depth, above)
  if above[t] then return false, 'contains itself' end
  if depth >= 100 then return false, 'nested more than 100 deep' end
  above[t] = true
  local marked, copy, count, highest, names = getmetatable(t) == MARK, {}, 0, 0, 0
  for key, value in next, t do
    if type(key) == 'number' then
      if math.type(key) ~= 'integer' or key < 1 then return false, 'other than 1…n' end
      if names > 0 then return false, 'both positions and names' end
      count, highest = count + 1, math.max(highest, key)
    else
      if count > 0 then return false, 'both positions and names' end
      if type(key) ~= 'string' then return false, 'keys other than strings' end
      if marked then return false, 'both positions and names' end
      if utf8.len(key) == nil then return false, 'not valid UTF-8' end
      names = names + 1
    end
    local ok, inner = normal(value, depth + 1, above)
    if not ok then return false, inner end
    copy[key] = inner
  end
  if highest > count and (not marked or highest > count * 16) then return false, 'a list with holes' end
  above[t] = nil
  if marked and count == 0 then setmetatable(copy, MARK) end
  return true, copy
end

local function same(a, b)
  if type(a) ~= type(b) then return false end
  if type(a) == 'number' then
    if math.type(a) ~= math.type(b) then return false end
    return a ~= a and b ~= b or string.pack('j', math.type(a) == 'integer' and a or string.unpack('j', string.pack('d', a)))
      == string.pack('j', math.type(b) == 'integer' and b or string.unpack('j', string.pack('d', b)))
  end
  if type(a) ~= 'table' then return a == b end
  if getmetatable(a) ~= getmetatable(b) then return false end
  for key, value in next, a do if not same(value, rawget(b, key)) then return false end end
  for key in next, b do if rawget(a, key) == nil then return false end end
  return true
end
`

const ROUND_TRIPS = `
${MODEL}
local NAMED = { 'contains itself', 'a function inside a table', 'a coroutine', 'nested more than 100 deep', 'other than 1…n',
  'both positions and names', 'keys other than strings', 'not valid UTF%-8', 'a list with holes' }
local seed, count = ...
math.randomseed(seed)
local refused = 0
for i = 1, count do
  local value = make(4)
  local crosses, expected = normal(value, 0, {})
  local ok, back = pcall(t.echo, value)
  if ok ~= crosses then
    error(('value %d of seed %d %s: %s'):format(i, seed, crosses and 'was refused' or 'crossed', tostring(ok and expected or back)))
  end
  if not ok then
    refused = refused + 1
    local named = false
    for _, name in ipairs(NAMED) do named = named or tostring(back):find(name) ~= nil end
    if not named or back.kind ~= 'argument' then error(('value %d of seed %d: %s'):format(i, seed, tostring(back))) end
  elseif not same(expected, back) then
    error(('value %d of seed %d came back as something else: %s'):format(i, seed, tostring(back)))
  end
end
return refused
`

it('A hundred thousand random values cross unchanged by the rules, or are refused by name', {
  timeout: 240_000,
}, async () => {
  await using t = await newVm({ modules: [jsonModule()] })
  const seed = SEED
  let refused = 0
  let settled = 0
  for (let done = 0; done < VALUES; done += AT_ONCE) {
    const [more] = await t.vm.run(ROUND_TRIPS, { chunkName: 'fuzz.lua', owner: 'test', args: [seed + done, AT_ONCE] })
    refused += Number(more)
    t.now('collectgarbage() collectgarbage()')
    if (done === VALUES / 4) settled = t.vm.memoryUsed
  }
  // Neither all nor none: the generator makes both kinds.
  expect(refused).toBeGreaterThan(VALUES / 100)
  expect(refused).toBeLessThan(VALUES / 2)
  expect(t.vm.memoryUsed - settled).toBeLessThan(1 << 20)
})

it('JSON keeps more: whole floats and empty arrays too', async () => {
  await using t = await newVm({ modules: [jsonModule()] })
  const seed = SEED
  const source = `
    ${MODEL}
    local seed, count = ...
    math.randomseed(seed)
    for i = 1, count do
      local value = make(3)
      local ok, text = pcall(json.encode, value)
      if ok then
        local back, problem = json.decode(text)
        if problem then error(('value %d of seed %d: %s'):format(i, seed, problem)) end
        -- What was read once stays as it is: bytes that are no text, and nulls, were replaced the first time.
        local again = json.decode(json.encode(back))
        if not same(back, again) then error(('value %d of seed %d changed: %s'):format(i, seed, text)) end
      elseif type(text) ~= 'table' then
        error(('value %d of seed %d: %s'):format(i, seed, tostring(text)))
      end
    end`
  for (let done = 0; done < 20_000; done += AT_ONCE) {
    await t.vm.run(source, { chunkName: 'fuzz.lua', owner: 'test', args: [seed + done, AT_ONCE] })
  }
})

const pure: readonly LuaModule[] = [
  jsonModule(),
  logModule(() => undefined),
  createEvents().module,
  taskModule(),
  timerModule(),
  osModule({}),
]

it('Random bytes through every argument that takes text or bytes never break anything', async () => {
  await using t = await newVm({ modules: pure })
  const seed = SEED
  const source = `
    ${MODEL}
    local seed, name, position, arguments = ...
    math.randomseed(seed)
    local module, key = name:match('^(.-)%.(.*)$')
    local fn = _G[module][key]
    local fillers = { number = 0, integer = 1, boolean = true, table = {}, list = {}, ['function'] = print, any = 'x', text = 'x', bytes = 'x' }
    for i = 1, 400 do
      local args = {}
      for n, kind in ipairs(arguments) do args[n] = fillers[kind] end
      args[position] = random(2) == 1 and bytes(random(0, 200)) or some_string()
      local ok, err = pcall(fn, table.unpack(args, 1, #arguments))
      if not ok then
        local text = tostring(err)
        -- A bug in a primitive would show as JavaScript's words.
        if text:find('is not a function') or text:find('Cannot read') or text:find('undefined') or text:find('call stack') then
          error(('%s, seed %d, call %d: %s'):format(name, seed, i, text))
        end
      end
    end`
  let tried = 0
  for (const module of [...pure, osModule({})]) {
    for (const [key, { args = [], hidden }] of Object.entries(module.functions)) {
      for (const [index, arg] of args.entries()) {
        const takes = [arg.type].flat()
        if (hidden || !takes.some((type) => type === 'text' || type === 'bytes' || type === 'any')) continue
        tried++
        const kinds = args.map(({ type }) => [type].flat()[0]!)
        await t.vm.run(source, {
          chunkName: 'fuzz.lua',
          owner: 'test',
          args: [seed, `${module.name}.${key}`, index + 1, kinds],
        })
      }
    }
  }
  expect(tried).toBeGreaterThan(10)
  t.vm.releaseOwner('test')
})

it('Random source never breaks the compiler, random patterns never the matcher', async () => {
  await using t = await newVm({ modules: [jsonModule()] })
  const seed = SEED
  const source = `
    ${MODEL}
    local seed = ...
    math.randomseed(seed)
    local words = { 'local', 'x', '=', '(', ')', '{', '}', 'function', 'end', 'if', 'then', '"', '[[', ']]', '--', '1e', '0x', '\\0', '\\n', 'return', '...', 'goto', '::', '<close>' }
    for i = 1, 3000 do
      local parts = {}
      for n = 1, random(0, 30) do parts[n] = random(5) == 1 and bytes(3) or words[random(#words)] end
      local chunk, problem = load(table.concat(parts, ' '), '=random')
      if not chunk and type(problem) ~= 'string' then error('seed ' .. seed) end
    end
    local items = { '.', 'a', 'b', '%a', '%d', '[ab]', '[^a]', '*', '+', '-', '?', '(', ')', '()', '%1', '%b()', '%f[a]', '^', '$', '%', '[', '\\0' }
    for i = 1, 3000 do
      local parts = {}
      for n = 1, random(0, 10) do parts[n] = items[random(#items)] end
      local pattern, subject = table.concat(parts), random(2) == 1 and ('ab()'):rep(random(0, 8)) or bytes(random(0, 30))
      for _, try in ipairs { string.find, string.match, function(s, p) return (s:gsub(p, '%0')) end } do
        local ok, err = pcall(try, subject, pattern)
        if not ok and not tostring(err):find('pattern') and not tostring(err):find('capture') then
          error(('seed %d, pattern %q: %s'):format(seed, pattern, tostring(err)))
        end
      end
    end`
  await t.vm.run(source, { chunkName: 'fuzz.lua', owner: 'test', args: [seed] })
})
