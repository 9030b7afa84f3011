import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startUi, type UiUnderTest } from './harness.ts'

let lua: UiUnderTest
beforeEach(async () => {
  lua = await startUi()
  lua.load({})
})
afterEach(() => lua[Symbol.dispose]())

const LAYOUT = (text: string) => `function render(state) return { type = 'paragraph', lines = { ${text} } } end`

describe('loading the files of the UI', () => {
  it('draws the shipped layout when the user has no files', () => {
    expect(lua.draw()).toContain('Agents (0)')
    expect(lua.problems).toEqual([])
  })

  it('takes a layout of the user’s, and keeps the shipped overlays that it leaves out', () => {
    lua.load({ 'layout.lua': LAYOUT("'mine'") })
    lua.ui.set({ mode: 'menu' })
    expect(lua.draw()).toContain('mine')
    expect(lua.draw('render_overlay')).toContain('New agent')
  })

  it('goes back to the shipped layout when the user deletes theirs', () => {
    lua.load({ 'layout.lua': LAYOUT("'mine'") })
    lua.load({})
    expect(lua.draw()).toContain('Agents (0)')
  })

  it('keeps the last good layout when the new one does not compile, and names file and line', () => {
    lua.load({ 'layout.lua': LAYOUT("'first'") })
    lua.load({ 'layout.lua': `${LAYOUT("'second'")}\nlocal x = = 1` })
    expect(lua.draw()).toContain('first')
    expect(lua.problems.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^~\/\.botster\/lua\/ui\/layout\.lua:2: unexpected symbol/),
    ])
  })

  it('keeps the last good layout when the new one loads but cannot draw', () => {
    lua.load({ 'layout.lua': LAYOUT("'first'") })
    lua.load({ 'layout.lua': '\n\nfunction render(state) return state.nothing.there end' })
    expect(lua.draw()).toContain('first')
    expect(lua.problems[0]).toMatchObject({ file: '~/.botster/lua/ui/layout.lua', line: 3 })
  })

  it('keeps the last good layout when the new one never ends, and says where it hung', () => {
    lua.load({ 'layout.lua': LAYOUT("'first'") })
    lua.load({ 'layout.lua': 'function render(state)\n  while true do end\nend' })
    expect(lua.draw()).toContain('first')
    expect(lua.problems[0]).toMatchObject({ file: '~/.botster/lua/ui/layout.lua', line: 2 })
  })

  it('refuses a layout that returns what is no node, naming the place in the tree', () => {
    lua.load({
      'layout.lua':
        "function render() return { type = 'hsplit', constraints = { '100%' }, children = { { type = 'lits' } } } end",
    })
    expect(lua.draw()).toContain('Agents (0)')
    expect(lua.problems[0]?.message).toMatch(/layout\.lua: render\(\): root\.children\[1\]: unknown type "lits"/)
  })

  it('takes the files that work beside one that does not', () => {
    lua.load({
      'a.lua': "botster.keymap.set('insert', 'f5', 'refresh')",
      'b.lua': 'error("broken on purpose")',
      'c.lua': "botster.keymap.set('insert', 'f6', 'refresh')",
    })
    expect(lua.action('f5')).toEqual({ action: 'refresh' })
    expect(lua.action('f6')).toEqual({ action: 'refresh' })
    expect(lua.problems.map(({ message }) => message)).toEqual([
      expect.stringContaining('~/.botster/lua/user/ui/b.lua:1: broken on purpose'),
    ])
  })

  it('gives up on a file that hangs at every load instead of hanging with it', () => {
    const files = { 'hang.lua': 'while true do end', 'other.lua': '' }
    for (let version = 0; version < 4; version++) lua.load({ ...files, 'other.lua': `-- ${version}` })
    expect(lua.problems.filter(({ file }) => file === '~/.botster/lua/user/ui/hang.lua')).toHaveLength(2)
  })

  it('runs a handler once after five reloads of an extension that wraps it', () => {
    const wrapping = (version: number) => `
      -- ${version}
      local before = _keybindings.handle_key
      _keybindings.handle_key = function(key, mode, context)
        botster.g.calls = (botster.g.calls or 0) + 1
        return before(key, mode, context)
      end
      botster.action.register('count', function() return { { op = 'notify', message = tostring(botster.g.calls) } } end)`
    for (let version = 0; version < 5; version++) lua.load({ 'wrap.lua': wrapping(version) })
    lua.action('a')
    const called = lua.ui.call('on_action', ['count', {}])
    expect(called).toMatchObject({ ok: true, values: [[{ op: 'notify', message: '1' }], undefined, 0] })
  })

  it('has one keymap, action and component after a hundred reloads of the file that adds them, and none without it', () => {
    const adding = (version: number) => `
      botster.keymap.set({ 'normal', 'insert' }, 'f8', 'mine', { desc = 'version ${version}' })
      botster.keymap.set('insert', 'f10', function() return { action = 'mine', version = ${version} } end)
      botster.action.register('mine', function() return { { op = 'notify', message = 'version ${version}' } } end)
      botster.ui.register_component('mine', function() return { type = 'empty' } end)`
    const look = `
      botster.action.register('look', function()
        local found = {}
        for _, map in ipairs(botster.keymap.list()) do
          if map.key == 'f8' or map.key == 'f10' then found[#found + 1] = map.mode .. ' ' .. map.key end
        end
        for _, action in ipairs(botster.action.list()) do
          if action == 'mine' or action.name == 'mine' then found[#found + 1] = 'action' end
        end
        for _, name in ipairs(botster.ui.list_components()) do if name == 'mine' then found[#found + 1] = 'component' end end
        table.sort(found)
        return { { op = 'notify', message = table.concat(found, ', ') } }
      end)`
    const found = () => lua.ui.call('on_action', ['look', {}])
    for (let version = 1; version <= 100; version++) lua.load({ 'keys.lua': adding(version), 'look.lua': look })
    expect(found()).toMatchObject({
      values: [[{ message: 'action, component, insert f10, insert f8, normal f8' }], undefined, 0],
    })
    expect(lua.action('f10')).toMatchObject({ version: 100 })
    expect(lua.ui.call('on_action', ['mine', {}])).toMatchObject({
      values: [[{ message: 'version 100' }], undefined, 0],
    })
    lua.load({ 'look.lua': look })
    expect(found()).toMatchObject({ values: [[{ message: '' }], undefined, 0] })
    expect(lua.action('f8')).toBeUndefined()
  })

  it('keeps _tui_state and botster.g across reloads, and no other globals', () => {
    lua.load({ 'one.lua': "botster.g.kept = 'yes'; stray = 'yes'; _tui_state.mine = 'yes'" })
    lua.load({
      'two.lua': `
        botster.action.register('look', function()
          return { { op = 'notify', message = table.concat({ tostring(botster.g.kept), tostring(stray), _tui_state.mine }, ' ') } }
        end)`,
    })
    expect(lua.ui.call('on_action', ['look', {}])).toMatchObject({
      values: [[{ message: 'yes nil yes' }], undefined, 0],
    })
  })
})

describe('functions that fail while the UI runs', () => {
  it('falls back to the shipped keys for this one key when handle_key raises', () => {
    lua.load({ 'k.lua': "_keybindings.handle_key = function(key) error('no ' .. key) end" })
    expect(lua.action('ctrl+q')).toEqual({ action: 'detach' })
    expect(lua.problems[0]?.message).toContain('~/.botster/lua/user/ui/k.lua:1: no ctrl+q')
  })

  it('switches a hanging handle_key off after the second time, says so, and the keys work on', () => {
    lua.load({ 'k.lua': '_keybindings.handle_key = function(key)\n  while true do end\nend' })
    for (let key = 0; key < 4; key++) expect(lua.action('ctrl+q')).toEqual({ action: 'detach' })
    const messages = lua.problems.map(({ message }) => message)
    expect(messages).toHaveLength(3)
    expect(messages[2]).toBe('handle_key failed twice and is switched off until ~/.botster/lua/user/ui/k.lua changes')
  })

  it('tries a function again once its file changed, and only then', () => {
    const hang = '_keybindings.handle_key = function(key) while true do end end'
    lua.load({ 'k.lua': hang })
    lua.action('f8')
    lua.action('f8')
    lua.load({ 'k.lua': hang, 'unrelated.lua': '' })
    const before = lua.problems.length
    lua.action('f8')
    expect(lua.problems).toHaveLength(before)
    lua.load({
      'k.lua': "_keybindings.handle_key = function(key) return { action = 'fixed' } end",
      'unrelated.lua': '',
    })
    expect(lua.action('f8')).toEqual({ action: 'fixed' })
  })

  it('stops a hanging action, has the shipped one in its place, and the others do not notice', () => {
    const loop = 'while true do pcall(function() while true do end end) end'
    lua.load({ 'a.lua': `botster.action.register('open_menu', function() ${loop} end)` })
    for (let time = 0; time < 3; time++) {
      expect(lua.ui.call('on_action', ['open_menu', {}], 'on_action:open_menu')).toMatchObject({
        ok: true,
        values: [[{ op: 'set_mode', mode: 'menu' }], undefined, 0],
      })
    }
    expect(lua.problems).toHaveLength(3)
    expect(lua.problems.at(-1)?.message).toMatch(/^on_action\("open_menu"\) failed twice/)
    expect(lua.ui.call('on_action', ['detach', {}], 'on_action:detach')).toMatchObject({
      ok: true,
      values: [[{ op: 'quit' }], undefined, 0],
    })
    expect(lua.problems).toHaveLength(3)
  })

  it('shows the shipped layout when a layout that once worked fails twice', () => {
    lua.load({
      'layout.lua':
        "function render(state) if botster.g.broken then while true do end end return { type = 'empty' } end",
    })
    expect(lua.draw()).toContain('empty')
    lua.load({
      'layout.lua':
        "function render(state) if botster.g.broken then while true do end end return { type = 'empty' } end",
      'b.lua': "botster.action.register('break', function() botster.g.broken = true end)",
    })
    lua.ui.call('on_action', ['break', {}])
    expect(lua.draw()).toBe('')
    expect(lua.draw()).toContain('Agents (0)')
  })

  it('may be done as often as files are saved: nothing of what was loaded before stays in memory', () => {
    const usedAfter = (loads: number) => {
      for (let load = 0; load < loads; load++) lua.load({ 'mine.lua': 'collectgarbage()' })
      return lua.ui.memoryUsed
    }
    const before = usedAfter(3)
    expect(usedAfter(20) - before).toBeLessThan(2 ** 20)
    expect(lua.problems).toEqual([])
  })
})
