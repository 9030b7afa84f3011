import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeWorld, type World } from './world.ts'

let world: World
beforeAll(async () => {
  world = await makeWorld()
})
afterAll(() => world[Symbol.asyncDispose]())

describe('A primitive that waits for git works', () => {
  test('inside pcall', async () => {
    expect(await world.eval('local ok, found = pcall(worktree.list); return ok and found[1].is_main')).toBe(true)
    expect(
      await world.eval(
        'local ok, err = pcall(worktree.copy_from_patterns, "/a", "/b", "/none"); return ok or tostring(err)',
      ),
    ).toContain('/none')
  })

  test('inside a coroutine of the script', async () => {
    expect(
      await world.eval(`
        local co = coroutine.create(function(name)
          local root = worktree.list()[1].path
          local more = coroutine.yield(root == worktree.repo_root())
          return name .. more .. worktree.repo_name()
        end)
        local _, same = coroutine.resume(co, "a")
        local _, text = coroutine.resume(co, "b")
        return { same, text, coroutine.status(co) }
      `),
    ).toEqual([true, 'abproject', 'dead'])
  })

  test('inside an iterator made with coroutine.wrap', async () => {
    expect(
      await world.eval(`
        local function branches()
          return coroutine.wrap(function()
            for _, item in ipairs(worktree.list()) do
              coroutine.yield(item.branch, worktree.status(item.path).is_clean)
            end
          end)
        end
        local text = ""
        for branch, clean in branches() do text = text .. branch .. tostring(clean) end
        return text
      `),
    ).toBe('maintrue')
  })

  test('and says what is wrong where Lua cannot wait', async () => {
    await expect(
      world.eval('return table.concat({ ("x"):gsub("x", function() return worktree.repo_name() end) })'),
    ).rejects.toThrow(/'worktree\.repo_name' waits, and/)
  })
})

test('An endless loop in a handler is stopped on budget, while others are answered', async () => {
  await world.eval(`
    commands.register("spin", function() while true do pcall(function() while true do end end) end end)
  `)
  const spinning = world.command('spin')
  const answers = Array.from({ length: 20 }, () => world.command<{ agents: unknown[] }>('list_agents'))
  expect((await Promise.all(answers)).every(({ agents }) => agents.length === 0)).toBe(true)
  await expect(spinning).rejects.toMatchObject({
    code: 'watchdog',
    message: 'spin failed: test:2: stopped: it ran longer than it may (200 ms)',
  })
  expect(world.errors().some((text) => text.includes('longer than it may'))).toBe(true)
})

test('An error in a command names file and line, to whoever asked and in the reports', async () => {
  await world.writeLua(
    'my/broken.lua',
    '\n\ncommands.register("broken", function() local x = nil; return x.y end)\nreturn {}',
  )
  await world.eval('require("my.broken")')
  await expect(world.command('broken')).rejects.toThrow(/broken\.lua:3: attempt to index a nil value/)
  const report = world.hub.errors.list().at(-1)!
  expect(report.message).toContain('broken.lua:3')
  expect(report.traceback).toMatch(/broken\.lua:3: in/)
})
