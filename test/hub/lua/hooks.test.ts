import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { makeWorld, until, type World } from './world.ts'

let world: World
beforeAll(async () => {
  world = await makeWorld()
})
afterAll(() => world[Symbol.asyncDispose]())

/** Nothing is registered for the events of these tests, and `seen` is empty. */
beforeEach(async () => {
  await world.eval(`
    seen = {}
    for _, hook in ipairs(hooks.list("e")) do hooks.off("e", hook.name); hooks.unintercept("e", hook.name) end
  `)
})

const seen = () => world.eval<string>('return table.concat(seen, " ")')

describe('Observers', () => {
  test('Are called with what happened, higher priority first, ties in order of registration', async () => {
    const count = await world.eval(`
      local function add(name, options) hooks.on("e", name, function(a, b) seen[#seen + 1] = name .. a .. b end, options) end
      add("second"); add("last", { priority = 1 }); add("third"); add("first", { priority = 200 })
      return hooks.notify("e", 1, 2)
    `)
    expect(count).toBe(4)
    expect(await seen()).toBe('first12 second12 third12 last12')
  })

  test('Of the same event and name replace each other', async () => {
    await world.eval(`
      hooks.on("e", "x", function() seen[1] = "old" end)
      hooks.on("e", "x", function() seen[#seen + 1] = "new" end)
      hooks.notify("e")
    `)
    expect(await seen()).toBe('new')
  })

  test('Do not stop each other with an error, which is reported with its place', async () => {
    await world.eval(`
      hooks.on("e", "broken", function() error("oh no") end)
      hooks.on("e", "fine", function() seen[1] = "fine" end)
      hooks.notify("e")
    `)
    expect(await seen()).toBe('fine')
    await until(() => world.errors().some((text) => /observer 'broken' of 'e': .*:2: oh no/.test(text)), 'the report')
  })

  test('May wait without holding up whoever notified', async () => {
    await world.eval(`
      hooks.on("e", "slow", function() runtime.sleep(0.02); seen[#seen + 1] = "slow" end)
      hooks.notify("e")
      seen[#seen + 1] = "on"
    `)
    await until(async () => (await seen()) === 'on slow', 'the observer that waited')
  })

  test('Are stopped when they run too long, and switched off after the second time', async () => {
    const answer = await world.eval(`
      hooks.on("e", "endless", function() while true do pcall(function() while true do end end) end end)
      hooks.on("e", "after", function() seen[#seen + 1] = "after" end)
      hooks.notify("e"); runtime.sleep(0); hooks.notify("e"); runtime.sleep(0.01)
      local listed = {}
      for _, hook in ipairs(hooks.list("e")) do listed[hook.name] = hook.enabled end
      return listed
    `)
    expect(answer).toEqual({ endless: false, after: true })
    expect(await seen()).toBe('after after')
    expect(world.errors().some((text) => text.includes("observer 'endless'") && text.includes('switched off'))).toBe(
      true,
    )
  })
})

describe('Interceptors', () => {
  test('Without any, the arguments come back', async () => {
    expect(await world.eval('return select("#", hooks.call("e", 1, nil, 3))')).toBe(3)
  })

  test('Change the value one after the other; further arguments stay', async () => {
    const answer = await world.eval(`
      hooks.intercept("e", "double", function(n) return n * 2 end)
      hooks.intercept("e", "add", function(n, by) return n + by end, { priority = 200 })
      return table.concat({ hooks.call("e", 5, 3) }, " ")
    `)
    expect(answer).toBe('16 3')
  })

  test('Drop the whole by returning nil, and those after them are not asked', async () => {
    const answer = await world.eval(`
      hooks.intercept("e", "no", function() return nil end)
      hooks.intercept("e", "later", function(v) seen[1] = "asked"; return v end, { priority = 1 })
      return hooks.call("e", "value") == nil and #seen == 0
    `)
    expect(answer).toBe(true)
  })

  test('That fail leave the value as it was', async () => {
    expect(
      await world.eval(`
        hooks.intercept("e", "bad", function() error("no") end)
        hooks.intercept("e", "good", function(v) return v .. "!" end, { priority = 1 })
        return (hooks.call("e", "value"))
      `),
    ).toBe('value!')
    expect(world.errors().some((text) => text.includes("interceptor 'bad' of 'e'"))).toBe(true)
  })

  test('May wait as long as their timeout, and no longer', async () => {
    expect(
      await world.eval(`
        hooks.intercept("e", "patient", function(v) runtime.sleep(0.03); return v .. "1" end, { timeout_ms = 5000 })
        hooks.intercept("e", "stuck", function(v) runtime.sleep(60); return v .. "2" end)
        return (hooks.call("e", "v"))
      `),
    ).toBe('v1')
    expect(world.errors().some((text) => text.includes("'stuck'") && text.includes('timeout_ms is 10'))).toBe(true)
  })

  test('Get and return tables themselves, not copies', async () => {
    expect(
      await world.eval(`
        local given = { f = function() return "called" end }
        hooks.intercept("e", "same", function(v) return v end)
        local back = hooks.call("e", given)
        return back == given and back.f()
      `),
    ).toBe('called')
  })
})

test('Hooks can be switched off and on, listed and removed', async () => {
  expect(
    await world.eval(`
      hooks.on("e", "a", function() seen[#seen + 1] = "a" end, { priority = 7, timeout_ms = 50 })
      local off = hooks.disable("e", "a"); hooks.notify("e")
      local on = hooks.enable("e", "a"); hooks.notify("e")
      local listed = hooks.list("e")[1]
      local has = hooks.has_observers("e")
      local removed, again = hooks.off("e", "a"), hooks.off("e", "a")
      return { off, on, #seen, listed.kind, listed.priority, listed.timeout_ms, has, removed, again,
               hooks.has_observers("e"), hooks.enable("e", "nobody") }
    `),
  ).toEqual([true, true, 1, 'observer', 7, 50, true, true, false, false, false])
  expect(
    await world.eval('hooks.on("zz", "x", print); local t = hooks.list_events(); hooks.off("zz", "x"); return t[#t]'),
  ).toBe('zz')
})

test('A wrong argument names the function and what it wanted', async () => {
  await expect(world.eval('hooks.on("e", "x", 5)')).rejects.toThrow(
    "test:1: bad argument #3 to 'hooks.on' (function expected, got number)",
  )
})
