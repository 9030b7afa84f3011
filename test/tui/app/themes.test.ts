import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { COLOR_DEFAULT, COLOR_KIND_MASK, COLOR_PALETTE, COLOR_VALUE_MASK } from '../../../screen/cell.ts'
import { paletteRgb } from '../../../screen/color.ts'
import { parseStyle } from '../../../tui/chrome/parse-style.ts'
import { openTerminal } from '../../screen/xterm.ts'
import { paintOn } from './golden.ts'
import { agent, type KeysUnderTest, startKeys } from './keys-harness.ts'

let home: string
let tui: KeysUnderTest
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'bt-theme-'))
})
afterEach(() => {
  tui[Symbol.dispose]()
  rmSync(home, { recursive: true, force: true })
})

const start = async (files: Record<string, string> = {}) => {
  tui = await startKeys({ env: { HOME: home }, files })
  tui.hub({ type: 'agent_list', agents: ['one', 'two'].map((id) => agent(id)) })
}

const choose = (name: string) => {
  tui.press('ctrl+p')
  tui.type('theme')
  tui.press('enter')
  expect(tui.ui.mode).toBe('choose_theme')
  for (let tries = 0; tries < 9 && !new RegExp(`^${name}$`).test(selected()); tries++) tui.press('down')
  tui.press('enter')
}

/** The text of the selected item of the overlay. */
const selected = (): string => {
  const overlay = tui.drawn()[1]
  const list = overlay?.type === 'centered' && overlay.child.type === 'list' ? overlay.child : undefined
  return list?.items[list.selected ?? 0]?.text.map(({ text }) => text).join('') ?? ''
}

const borderOf = (): unknown => {
  const tree = tui.drawn()[0]
  const terminal = tree?.type === 'hsplit' ? tree.children.at(-1) : undefined
  return terminal && 'block' in terminal ? terminal.block?.borderStyle : undefined
}

const CYAN = { foreground: (1 << 24) | 6 }
const BLUE = { foreground: (1 << 24) | 4 }

describe('a theme', () => {
  it('is chosen by an action, is seen at once, and is remembered', async () => {
    await start()
    expect(borderOf()).toEqual(CYAN)
    choose('light')
    expect(borderOf()).toEqual(BLUE)
    expect(JSON.parse(readFileSync(join(home, '.config/botster/config.json'), 'utf8'))).toEqual({ theme: 'light' })
    tui[Symbol.dispose]()
    await start()
    expect(borderOf()).toEqual(BLUE)
  })

  it('is shown before it is chosen, and escape keeps the one before', async () => {
    await start()
    tui.press('ctrl+p')
    tui.type('theme')
    tui.press('enter', 'down', 'down')
    expect(selected()).toBe('light')
    tui.ui.invalidate()
    tui.ui.flush()
    const overlay = tui.drawn()[1]
    const list = overlay?.type === 'centered' ? overlay.child : undefined
    expect(list && 'block' in list ? list.block?.borderStyle : undefined).toEqual(BLUE)
    tui.press('escape')
    expect(borderOf()).toEqual(CYAN)
  })

  it('follows the background of the terminal until one is chosen', async () => {
    await start()
    tui.ui.setBackground('light')
    tui.ui.flush()
    expect(borderOf()).toEqual(BLUE)
    choose('dark')
    expect(borderOf()).toEqual(CYAN)
  })

  it('can be made of one’s own colours', async () => {
    await start({ 't.lua': "botster.theme.register('mine', { accent = '#ff8800' })\nbotster.theme.set('mine')" })
    expect(borderOf()).toEqual({ foreground: (2 << 24) | 0xff8800 })
  })

  it('in high contrast uses nothing that is dim', async () => {
    await start()
    choose('high-contrast')
    const dim = JSON.stringify(tui.drawn()[0]).match(/"attributes":\d+/g) ?? []
    for (const attributes of dim) expect(Number(attributes.slice(13)) & 2).toBe(0)
  })
})

/** What text is written in; a working agent's sign and frames are no text. */
const TEXTS = ['accent', 'attention', 'error', 'success', 'selected', 'faint', 'match', 'current_match']
/** The least contrast of text, and that of signs (WCAG 2.2, 1.4.3 and 1.4.11). */
const TEXT_CONTRAST = 4.5
const SIGN_CONTRAST = 3

describe.each([
  ['dark', 0xe5e5e5, 0x000000],
  ['light', 0x000000, 0xffffff],
] as const)('the theme %s', (theme, foreground, background) => {
  it('can be read on the background it is for, with the usual palette', async () => {
    await start({ 't.lua': `botster.theme.set('${theme}') _screen.notify(${COLORS_AS_JSON}, 'info')` })
    const colors: Record<string, unknown> = JSON.parse(String(tui.lua.notices[0]))
    for (const name of [...TEXTS, 'working']) {
      const style = parseStyle(colors[name], name)
      const contrast = contrastOf(rgbOf(style?.foreground, foreground), rgbOf(style?.background, background))
      expect(contrast, name).toBeGreaterThanOrEqual(name === 'working' ? SIGN_CONTRAST : TEXT_CONTRAST)
    }
  })
})

const COLORS_AS_JSON = `(function()
  local colors = {}
  for _, name in ipairs({ '${TEXTS.join("', '")}', 'working' }) do
    colors[name] = botster.theme.colors[name]
  end
  return json.encode(colors)
end)()`

function rgbOf(color: number | undefined, unset: number): number {
  if (color === undefined || color === COLOR_DEFAULT) return unset
  const value = color & COLOR_VALUE_MASK
  return (color & COLOR_KIND_MASK) >>> 0 === COLOR_PALETTE ? paletteRgb(value) : value
}

function contrastOf(one: number, other: number): number {
  const [dark, light] = [luminanceOf(one), luminanceOf(other)].sort((a, b) => a - b) as [number, number]
  return (light + 0.05) / (dark + 0.05)
}

function luminanceOf(rgb: number): number {
  const [red, green, blue] = [rgb >> 16, (rgb >> 8) & 0xff, rgb & 0xff].map((part) => {
    const share = part / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  }) as [number, number, number]
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

describe('a terminal', () => {
  it.each([
    ['none', /\x1b\[[\d;]*(3[0-9]|4[0-9]|9[0-7])[;m]/],
    ['16', /38[;:]/],
    ['256', /38[;:]2/],
  ] as const)('with %s colours is sent no others', async (colors, forbidden) => {
    await start({ 't.lua': "botster.theme.register('mine', { accent = '#ff8800' })\nbotster.theme.set('mine')" })
    const terminal = openTerminal(80, 24)
    const written = await paintOn(terminal, tui, { colors })
    terminal.dispose()
    expect(written).toContain('one')
    expect(written).not.toMatch(forbidden)
  })
})
