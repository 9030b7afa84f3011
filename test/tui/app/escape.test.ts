import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { SHIPPED_UI } from '../ui-lua/harness.ts'
import { type KeysUnderTest, startKeys } from './keys-harness.ts'
import { openScreen, SCREENS } from './screens.ts'

/** Where nothing is in the way: typing into an agent, or the list of agents. */
const BASE = ['insert', 'normal']
/** Where all keys are the program's, this one too: what leads out is on the screen. */
const LOCKED = 'locked'
/** Out of the help, a file, a list, and what that was opened from. */
const MOST_ESCAPES = 4

/** What the code knows of modes: keymaps, overlays, and what actions change to. */
const MODES_LUA = `
local modes = {}
for _, source in ipairs({ _keybindings.modes, require("ui.overlays") }) do
  for mode in pairs(source) do
    modes[#modes + 1] = mode
  end
end
_screen.notify(table.concat(modes, " "), "info")`

/** Presses escape until nothing is in the way. @returns how often that was */
const leave = (tui: KeysUnderTest): number => {
  for (let escapes = 0; escapes <= MOST_ESCAPES; escapes++) {
    if (BASE.includes(tui.ui.mode) && !tui.ui.hasOverlay) return escapes
    tui.press('escape')
  }
  throw new Error(`${MOST_ESCAPES} times escape led to ${tui.ui.mode} with ${tui.overlay() || 'no overlay'}`)
}

const reached = new Map<string, string>()

describe('escape', { shuffle: false }, () => {
  it.each(Object.keys(SCREENS))('leads out of %s, and out of its help', async (name) => {
    using tui = await openScreen(name)
    const { mode, hasOverlay } = tui.ui
    reached.set(mode, name)
    const escapes = leave(tui)
    expect(tui.lua.problems).toEqual([])
    expect(tui.agents.list.length > 0 ? tui.agents.selected : 'none').toBeDefined()

    if (name === LOCKED) return
    if (mode === 'help' || (BASE.includes(mode) && hasOverlay)) return // the keys of a sequence: f1 is none of them
    using again = await openScreen(name)
    again.press('f1')
    expect(again.ui.mode).toBe('help')
    again.press('escape')
    expect(again.ui.mode).toBe(mode)
    expect(leave(again)).toBe(escapes)
  })

  it('is the program’s while keys are locked, and what leads out instead is on the screen in every size', async () => {
    using tui = await openScreen(LOCKED)
    expect(tui.press('escape', 'f1', 'ctrl+q')).toEqual([false, false, false])
    for (const [cols, rows] of [
      [20, 5],
      [61, 9],
      [200, 60],
    ] as const) {
      tui.resize(cols, rows)
      expect(tui.text()).toContain('LOCKED f9 unlocks')
    }
    tui.press('f9', 'f1')
    expect(tui.ui.mode).toBe('help')
    expect(leave(tui)).toBe(1)
  })

  it('leads out of a mode that nobody knows', async () => {
    using tui = await openScreen('insert')
    tui.ui.setMode('of_a_plugin')
    tui.ui.flush()
    expect(leave(tui)).toBe(1)
  })

  it('was tried in every mode that keymaps, overlays and actions know', async () => {
    using tui = await startKeys({ files: { 'modes.lua': MODES_LUA } })
    const known = new Set(tui.lua.notices.join(' ').split(' '))
    for (const file of readdirSync(SHIPPED_UI)) {
      const source = readFileSync(join(SHIPPED_UI, file), 'utf8')
      for (const [, mode] of source.matchAll(/set_mode\("(\w+)"/g)) known.add(mode!)
    }
    known.delete('ended') // keys of insert, where the program has ended: no mode of its own
    expect(known.size).toBeGreaterThan(25)
    expect([...known].filter((mode) => !reached.has(mode))).toEqual([])
  })
})
