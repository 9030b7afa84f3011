import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { agent, startKeys } from './keys-harness.ts'

/** Modes of an extension: a list, a field to type into, and both. */
const FILES = {
  'modes.lua': `
    local overlays = require("ui.overlays")
    local function centered(child)
      return { type = "centered", width = 50, height = 50, child = child }
    end
    local function list(id)
      return { type = "list", id = id, props = { items = {
        { text = "first", action = "take_first" },
        { text = "second", action = { action = "take", what = "the second" } },
      } } }
    end
    function overlays.my_list() return centered(list("mine")) end
    function overlays.my_note() return centered({ type = "input", id = "note", props = { lines = { "Note:" } } }) end
    function overlays.my_search()
      return centered({ type = "vsplit", constraints = { "3", "min:1" }, children = {
        { type = "input", id = "query" }, list("found") } })
    end
    for _, mode in ipairs({ "my_list", "my_note", "my_search" }) do
      botster.action.register(mode, function() return { { op = "set_mode", mode = mode } } end)
      botster.keymap.set("insert", "ctrl+x " .. mode:sub(4, 4), mode)
    end
    local function told(message) return { { op = "set_mode", mode = "insert" }, { op = "notify", message = message } } end
    botster.action.register("take_first", function() return told("took the first") end)
    botster.action.register("take", function(context) return told("took " .. context.item.what) end)
    botster.action.register("save_note", function() return told("noted " .. _tui_state.input_buffer) end)
    botster.keymap.set("my_note", "enter", "save_note", { desc = "Save the note" })`,
}

async function start() {
  const tui = await startKeys({ files: FILES })
  tui.hub({ type: 'agent_list', agents: [agent('one')] })
  return { tui, told: () => tui.notices.list.map(({ message }) => message) }
}

it('an extension’s mode with a list is moved in and chosen from with the keys of every list', async () => {
  const { tui, told } = await start()
  using _ = tui
  tui.press('ctrl+x', 'l', 'j', 'enter')
  expect(told()).toContain('took the second')
  tui.press('ctrl+x', 'l', 'down', 'k', 'space')
  expect(told()).toContain('took the first')
  tui.press('ctrl+x', 'l', 'q')
  expect(tui.ui.mode).toBe('insert')
})

it('an extension’s mode with a field is typed into, and enter does what is bound to it', async () => {
  const { tui, told } = await start()
  using _ = tui
  tui.press('ctrl+x', 'n')
  tui.type('buy q mills')
  tui.press('ctrl+left', 'ctrl+right', 'backspace', 'k', 'enter')
  expect(told()).toContain('noted buy q millk')
})

it('an extension’s mode with both narrows by typing and moves with the arrows', async () => {
  const { tui, told } = await start()
  using _ = tui
  tui.press('ctrl+x', 's')
  tui.type('jk')
  expect(tui.overlay()).toContain('jk')
  tui.press('down', 'enter')
  expect(told()).toContain('took the second')
})

it('f1 shows the keys of an extension’s mode and leads back to it', async () => {
  const { tui } = await start()
  using _ = tui
  tui.press('ctrl+x', 'n')
  tui.type('half')
  tui.press('f1')
  expect(tui.overlay()).toContain('Save the note')
  expect(tui.overlay()).toContain('Delete everything')
  tui.press('escape')
  expect(tui.ui.mode).toBe('my_note')
  expect(tui.overlay()).toContain('half')
})

it('a layout that was written from the documents alone draws, and its overlay takes a note', async () => {
  const deck = readFileSync(join(import.meta.dirname, '../../fixtures/written-from-docs/deck.lua'), 'utf8')
  using tui = await startKeys({ files: { 'deck.lua': deck } })
  tui.hub({ type: 'agent_list', agents: [agent('one', { state: 'working' }), agent('two')] })
  expect(tui.lua.problems).toEqual([])
  expect(tui.text()).toContain('1 busy')
  tui.press('ctrl+x', 'o')
  tui.type('buy milk')
  tui.press('enter')
  expect(tui.ui.mode).toBe('insert')
  expect(tui.text()).toContain('notes: 1')
  expect(tui.text()).toContain('buy milk')
})

it('the mode that docs/ui.md shows works as it says', async () => {
  const document = readFileSync(join(import.meta.dirname, '../../../docs/ui.md'), 'utf8')
  const [code] = [...document.matchAll(/^```lua\n([\s\S]*?)^```$/gm)]
    .map(([, text]) => text!)
    .filter((text) => text.includes('my_note'))
  using tui = await startKeys({ files: { 'note.lua': code! } })
  tui.hub({ type: 'agent_list', agents: [agent('one')] })
  expect(tui.lua.problems).toEqual([])
  tui.press('ctrl+x', 'n')
  tui.type('buy milk')
  tui.press('enter')
  expect(tui.notices.list.map(({ message }) => message)).toEqual(['kept'])
})

it('a layout is given the agent that is looked at, and nil while there is none', async () => {
  const file = `
    local before = render
    function render(state)
      local name = state.selected_agent and state.selected_agent.name or "nobody"
      return { type = "vsplit", constraints = { "min:1", "1" }, children = {
        before(state), { type = "paragraph", props = { lines = { "at " .. name } } } } }
    end`
  using tui = await startKeys({ files: { 'line.lua': file } })
  expect(tui.text()).toContain('at nobody')
  tui.hub({ type: 'agent_list', agents: [agent('one'), agent('two')] })
  tui.press('ctrl+j')
  expect(tui.text()).toContain('at two')
})
