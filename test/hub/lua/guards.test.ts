// lua/hub/guards.lua: what stands between scripts and primitives is not seen.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeWorld, until, type World } from './world.ts'

let world: World
beforeAll(async () => {
  world = await makeWorld()
})
afterAll(() => world[Symbol.asyncDispose]())

test('What a wrong argument says names the script, also of primitives that a load holds back', async () => {
  const calls = {
    'events.on("x")': "bad argument #2 to 'events.on' (function expected, got no value)",
    'events.off("x")': "bad argument #1 to 'events.off' (integer expected, got string)",
    'timer.after("x")': "bad argument #1 to 'timer.after' (number expected, got string)",
    'timer.every("x", print)': "bad argument #1 to 'timer.every' (number expected, got string)",
    'timer.cancel("x")': "bad argument #1 to 'timer.cancel' (integer expected, got string)",
    'watch.directory()': "bad argument #1 to 'watch.directory' (string expected, got no value)",
    'http.request()': "bad argument #1 to 'http.request' (string or table expected, got no value)",
    'websocket.connect({})': "bad argument #1 to 'websocket.connect' (string expected, got table)",
    'action_cable.subscribe()': "bad argument #1 to 'action_cable.subscribe' (integer expected, got no value)",
    'tui.on_message(1)': "bad argument #1 to 'tui.on_message' (function expected, got number)",
  }
  const code = Object.keys(calls).map((call) => `function() local _ = ${call} end,`)
  const said = await world.eval<{ message: string; traceback: string }[]>(`local said = {}
    for i, fn in ipairs({
      ${code.join('\n      ')}
    }) do
      local _, err = pcall(fn)
      said[i] = { message = err.message, traceback = err.traceback }
    end
    return said`)
  expect(said.map(({ message }) => message)).toEqual(Object.values(calls).map((text, at) => `test:${at + 3}: ${text}`))
  for (const { traceback } of said) expect(traceback).not.toContain('guards.lua')
  expect(
    await world.eval('local id = timer.after(60, print) timer.cancel(id) return select("#", timer.after(60, print))'),
  ).toBe(1)
})

test('An error in a callback that was registered while its module loaded shows the script alone', async () => {
  const file = await world.writeLua(
    'mine.lua',
    'timer.every(0.01, function()\n  local x = nil\n  return x.y\nend)\nreturn {}',
  )
  await world.eval('require("mine")')
  const report = await until(() => world.hub.errors.list().find(({ owner }) => owner === 'mine'), 'the report')
  expect(report.message).toContain(`${file}:3: attempt to index a nil value (local 'x')`)
  expect(JSON.stringify(report)).not.toContain('guards.lua')
  await world.eval('loader.unload("mine")')
})
