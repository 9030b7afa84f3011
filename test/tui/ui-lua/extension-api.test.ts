import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startUi, type UiUnderTest } from './harness.ts'

let lua: UiUnderTest
beforeEach(async () => {
  lua = await startUi()
})
afterEach(() => lua[Symbol.dispose]())

/** Loads an extension whose action `go` sends back what `body` returns. */
const evaluate = (body: string): unknown => {
  lua.load({
    'x.lua': `botster.action.register('go', function(context) return { { op = 'send_msg', data = { value = (function() ${body} end)() } } } end)`,
  })
  expect(lua.problems).toEqual([])
  const called = lua.ui.call('on_action', ['go', {}])
  if (!called.ok) throw new Error('the action failed')
  const [operation] = called.values[0] as { data: { value: unknown } }[]
  return operation?.data.value
}

describe('botster.keymap', () => {
  it('binds keys in several modes, in whatever order the modifiers are written', () => {
    lua.load({ 'k.lua': "botster.keymap.set({ 'insert', 'normal' }, 'Alt+Ctrl+X', 'refresh')" })
    expect(lua.action('ctrl+alt+x', 'insert')).toEqual({ action: 'refresh' })
    expect(lua.action('ctrl+alt+x', 'normal')).toEqual({ action: 'refresh' })
    expect(lua.action('ctrl+alt+x', 'menu')).toBeUndefined()
  })

  it('gives a function the key and mode, and takes the action it returns', () => {
    lua.load({
      'k.lua': `botster.keymap.set('insert', 'f2', function(context)
        return { action = context.key .. ' in ' .. context.mode, char = tostring(context.terminal_rows) }
      end)`,
    })
    expect(lua.action('f2')).toEqual({ action: 'f2 in insert', char: '20' })
  })

  it('keeps a key from the program when its function returns nothing', () => {
    lua.load({ 'k.lua': "botster.keymap.set('insert', 'f2', function() end)" })
    expect(lua.action('f2')).toEqual({ action: 'none' })
  })

  it('shows the error of a function and lets the key mean what it meant before', () => {
    lua.load({ 'k.lua': "botster.keymap.set('insert', 'ctrl+q', function() error('oh') end)" })
    expect(lua.action('ctrl+q')).toEqual({ action: 'detach' })
    expect(lua.notices).toEqual([expect.stringContaining('k.lua:1: oh')])
  })

  it('lists, deletes, and clears by namespace', () => {
    expect(
      evaluate(`
        botster.keymap.set('insert', 'f2', 'two', { desc = 'second', namespace = 'mine' })
        botster.keymap.set('insert', 'f1', 'one', { namespace = 'mine' })
        botster.keymap.set('menu', 'f3', 'three')
        local all = #botster.keymap.list()
        local deleted = { botster.keymap.del('insert', 'f1'), botster.keymap.del('insert', 'f1') }
        local list = botster.keymap.list('insert')
        local cleared = botster.keymap.clear_namespace('mine')
        return { all = all, deleted = deleted, list = list, cleared = cleared, left = #botster.keymap.list() }`),
    ).toEqual({
      all: 3,
      deleted: [true, false],
      list: [{ mode: 'insert', key: 'f2', action: 'two', desc: 'second', namespace: 'mine' }],
      cleared: 1,
      left: 1,
    })
  })

  it('tells which keys do an action, the shortest first', () => {
    expect(
      evaluate(`
        botster.keymap.set('insert', 'ctrl+x n', 'next_agent')
        botster.keymap.set('insert', 'f8', 'next_agent')
        botster.keymap.set('insert', 'ctrl+k', 'mine')
        local keys = botster.keymap.keys
        return { next = keys('insert', 'next_agent'), previous = #keys('insert', 'previous_agent'), none = #keys('x', 'y') }`),
    ).toEqual({ next: ['f8', 'ctrl+j', 'ctrl+x n'], previous: 0, none: 0 })
  })

  it('names what is wrong with a binding, and where', () => {
    lua.load({ 'k.lua': "\nbotster.keymap.set('insert', 'f2', 42)" })
    expect(lua.problems[0]?.message).toMatch(
      /user\/ui\/k\.lua:2: bad argument #3 to 'keymap\.set' \(action or function expected, got number\)/,
    )
  })
})

describe('botster.action', () => {
  it('beats the built-in action of that name, falls through on nil', () => {
    lua.load({
      'a.lua': `botster.action.register('open_menu', function(context)
        if context.selected_agent then return { { op = 'quit' } } end
      end, { desc = 'mine' })`,
    })
    expect(lua.ui.call('on_action', ['open_menu', {}])).toMatchObject({ values: [[{ op: 'set_mode' }], undefined, 0] })
    lua.ui.set({ agents: [{ id: 'a' }], selected_agent_index: 0 })
    expect(lua.ui.call('on_action', ['open_menu', {}])).toMatchObject({ values: [[{ op: 'quit' }], 0, 0] })
  })

  it('shows the error of an action and falls through', () => {
    lua.load({ 'a.lua': "botster.action.register('detach', function() error('oh') end)" })
    expect(lua.ui.call('on_action', ['detach', {}])).toMatchObject({ values: [[{ op: 'quit' }], undefined, 0] })
    expect(lua.notices).toEqual([expect.stringContaining('a.lua:1: oh')])
  })

  it('lists and unregisters', () => {
    expect(
      evaluate(`
        botster.action.register('other', function() end, { desc = 'd' })
        local names = {}
        for _, entry in ipairs(botster.action.list()) do names[#names + 1] = entry.name end
        return { names = names, gone = botster.action.unregister('other'), again = botster.action.unregister('other') }`),
    ).toEqual({ names: ['go', 'other'], gone: true, again: false })
  })
})

describe('botster.ui', () => {
  it('renders registered components, and names those there are when one is missing', () => {
    expect(
      evaluate(`
        botster.ui.register_component('badge', function(props) return { type = 'paragraph', lines = { props.text } } end)
        local _, message = pcall(botster.ui.render_component, 'bagde')
        return {
          node = botster.ui.render_component('badge', { text = 'hi' }),
          list = botster.ui.list_components(),
          found = botster.ui.get_component('badge') ~= nil,
          message = tostring(message),
        }`),
    ).toEqual({
      node: { type: 'paragraph', lines: ['hi'] },
      list: ['badge'],
      found: true,
      message: expect.stringContaining("there is no component 'bagde' (registered: badge)"),
    })
  })
})

describe('botster.tbl_deep_extend', () => {
  it.each([
    ['force', { a: 2, deep: { x: 1, y: 3 }, list: [9] }],
    ['keep', { a: 1, deep: { x: 1, y: 2 }, list: [1, 2] }],
  ])('merges level by level and takes arrays whole (%s)', (behavior, expected) => {
    const merged = evaluate(`
      return botster.tbl_deep_extend('${behavior}',
        { a = 1, deep = { x = 1, y = 2 }, list = { 1, 2 } }, { a = 2, deep = { y = 3 }, list = { 9 } })`)
    expect(merged).toEqual(expected)
  })

  it('changes none of the tables it merges', () => {
    const first = evaluate(`
      local a = { deep = { x = 1 } }
      botster.tbl_deep_extend('force', a, { deep = { x = 2 } })
      return a`)
    expect(first).toEqual({ deep: { x: 1 } })
  })
})
