import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { makeWorld, until, type World } from './world.ts'

let world: World
beforeAll(async () => {
  world = await makeWorld()
})
afterAll(() => world[Symbol.asyncDispose]())
beforeEach(() => world.eval('for _, tool in ipairs(mcp.list_tools()) do mcp.remove_tool(tool.name) end'))

/** Loads a plugin from its text. */
async function load(name: string, source: string): Promise<unknown> {
  const path = join(world.userDirectory, 'by-hand', name, 'init.lua')
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, source)
  return await world.eval(`local ok, message = loader.load_plugin('${path}', '${name}') return message or 'loaded'`)
}
const names = () =>
  world.eval<string>(`
  local names = {}
  for _, tool in ipairs(mcp.list_tools()) do names[#names + 1] = tool.name .. '=' .. tool.owner end
  return table.concat(names, ' ')`)
/** What a tool that answers `code` gives. */
const answer = (code: string, params = '{}') =>
  world.eval(`
  mcp.tool('t', { description = 'd' }, function(params, context) ${code} end)
  local content, message, err = mcp.call_tool('t', ${params}, { agent_key = 'k' })
  return content or { message = message, kind = err.kind }`)

test('A tool answers with text, with content as it is, or with a table as JSON', async () => {
  expect(await answer('return "hello " .. params.name .. context.agent_key', '{ name = "you " }')).toEqual([
    { type: 'text', text: 'hello you k' },
  ])
  expect(await answer('return {{ type = "image", data = "AA==", mimeType = "image/png" }}')).toEqual([
    { type: 'image', data: 'AA==', mimeType: 'image/png' },
  ])
  expect(await answer('return { n = 1 }')).toEqual([{ type: 'text', text: '{"n":1}' }])
  expect(await answer('return 7')).toEqual([{ type: 'text', text: '7' }])
  expect(await answer('')).toEqual([])
  expect(await answer('runtime.sleep(0.01) return "after a wait"')).toEqual([{ type: 'text', text: 'after a wait' }])
})

test('A tool that refuses, fails, runs away or does not exist is a message and not a crash', async () => {
  expect(await answer('return nil, "not today"')).toEqual({ message: 'not today', kind: 'tool' })
  expect(await answer('error("oops")')).toMatchObject({ message: expect.stringMatching(/tool 't' failed: .*oops/) })
  expect(await answer('while true do end')).toMatchObject({ kind: 'watchdog' })
  const unknown = await world.eval('local _, message, err = mcp.call_tool("nope", {}) return message .. err.kind')
  expect(unknown).toBe("no tool 'nope': there are tunknown_tool")
})

test('Parameters that do not fit the schema never reach the tool, and the field is named', async () => {
  const call = (params: string) =>
    world.eval(`
    mcp.tool('typed', { input_schema = { type = 'object', required = { 'n' }, additionalProperties = false, properties = {
      n = { type = 'integer', minimum = 1, maximum = 9 }, unit = { enum = { 'cm', 'in' } }, tags = { type = 'array', items = { type = 'string' } },
    } } }, function() return 'called' end)
    local content, message = mcp.call_tool('typed', ${params})
    return content and content[1].text or message`)
  expect(await call('{ n = 3, unit = "cm", tags = { "a" } }')).toBe('called')
  expect(await call('{}')).toBe("tool 'typed': params.n is missing")
  expect(await call('{ n = 0 }')).toBe("tool 'typed': params.n: at least 1 expected, got 0")
  expect(await call('{ n = 10 }')).toBe("tool 'typed': params.n: at most 9 expected, got 10")
  expect(await call('{ n = 1, m = 2 }')).toBe("tool 'typed': params.m is unknown")
  expect(await call('{ n = 1.5 }')).toBe("tool 'typed': params.n: integer expected, got 1.5")
  expect(await call('{ n = 1, unit = "mile" }')).toBe("tool 'typed': params.unit: one of cm, in expected, got 'mile'")
  expect(await call('{ n = 1, tags = { "a", 2 } }')).toBe("tool 'typed': params.tags[2]: string expected, got 2")
})

test('Registering says which argument is wrong', async () => {
  const fails = (code: string) => world.eval(`local ok, err = pcall(function() ${code} end) return tostring(err)`)
  expect(await fails('mcp.tool("a b", {}, print)')).toContain("bad argument #1 to 'mcp.tool' (name of letters")
  expect(await fails('mcp.tool("a", nil, print)')).toContain("bad argument #2 to 'mcp.tool' (table expected, got nil)")
  expect(await fails('mcp.tool("a", {}, 5)')).toContain("bad argument #3 to 'mcp.tool' (function expected, got 5)")
  expect(await fails('mcp.tool("a", { schema = {} }, print)')).toContain(
    "unknown field 'schema': accepted are description",
  )
  expect(await fails('mcp.prompt("a", { arguments = { {} } }, print)')).toContain('arguments[1]: a table with a name')
  expect(await fails('mcp.reset()')).toContain("bad argument #1 to 'mcp.reset'")
})

test('A plugin’s tools are its own: a reload replaces them all at once, a failed one changes nothing, unloading ends them', async () => {
  await load('a', 'mcp.tool("one", {}, function() return "old" end) mcp.tool("two", {}, print)')
  await load('b', 'mcp.tool("three", {}, print)')
  expect(await names()).toBe('one=plugin.a three=plugin.b two=plugin.a')
  await world.eval(
    `runtime.sleep(0.02) changes = 0 events.on('mcp_tools_changed', function() changes = changes + 1 end)`,
  )
  expect(await load('a', 'mcp.tool("one", {}, function() return "new" end) mcp.reset("b") error("oops")')).toContain(
    'oops',
  )
  expect(await names()).toBe('one=plugin.a three=plugin.b two=plugin.a')
  expect(await world.eval('return mcp.call_tool("one")[1].text')).toBe('old')
  expect(await world.eval('runtime.sleep(0.05) return changes')).toBe(0)
  await load('a', 'mcp.tool("one", {}, function() return "new" end)')
  expect(await names()).toBe('one=plugin.a three=plugin.b')
  expect(await world.eval('return mcp.call_tool("one")[1].text')).toBe('new')
  await until(() => world.eval('return changes == 1'), 'one event for the whole reload')
  expect(await world.eval('return mcp.reset("b") .. mcp.count()')).toBe('11')
  await world.eval('loader.unload("plugin.a")')
  expect(await names()).toBe('')
})

test('Reloading the registry’s own modules keeps what others registered', async () => {
  const before = await names()
  await load('a', 'mcp.tool("kept", {}, function() return "kept" end)')
  for (const module of ['lib.mcp_registry', 'lib.mcp']) await world.eval(`assert(loader.reload('${module}'))`)
  expect(await world.eval('return mcp.call_tool("kept")[1].text')).toBe('kept')
  await world.eval('loader.unload("plugin.a")')
  expect(await names()).toBe(before)
})

test('A prompt is listed with its arguments and answers with messages', async () => {
  await load(
    'p',
    `mcp.prompt('review', { description = 'Review', arguments = { { name = 'file', required = true } } },
      function(arguments) return 'Review ' .. arguments.file end)
     mcp.prompt('talk', {}, function() return { { role = 'user', content = 'hi' }, { role = 'assistant', content = 'yes?' } } end)
     mcp.prompt('bad', {}, function() return { { role = 'boss', content = 'x' } } end)`,
  )
  expect(await world.eval('return mcp.list_prompts()[2]')).toEqual({
    name: 'review',
    description: 'Review',
    arguments: [{ name: 'file', required: true }],
    owner: 'plugin.p',
  })
  expect(await world.eval('return mcp.get_prompt("review", { file = "a.c" })')).toEqual({
    description: 'Review',
    messages: [{ role: 'user', content: { type: 'text', text: 'Review a.c' } }],
  })
  expect(await world.eval('return #mcp.get_prompt("talk").messages')).toBe(2)
  const problem = (code: string) => world.eval(`local _, message = ${code} return message`)
  expect(await problem('mcp.get_prompt("review")')).toBe("prompt 'review' needs the argument 'file'")
  expect(await problem('mcp.get_prompt("bad")')).toContain(
    "messages[1]: {role = 'user' or 'assistant', content} expected",
  )
  expect(await world.eval('return mcp.remove_prompt("talk"), mcp.remove_prompt("talk")')).toBe(true)
})
