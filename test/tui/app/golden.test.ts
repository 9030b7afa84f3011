import { describe, expect, it } from 'vitest'
import { expectGolden, goldenNames, type ScreenSize, SIZES, screenOf, styledScreenOf } from './golden.ts'
import { startKeys } from './keys-harness.ts'
import { COLOURED, openScreen, SCREENS } from './screens.ts'

/** Looked at in full as well: everything must get by with as little. */
const SMALLEST: ScreenSize = [20, 5]
/** Only looked at for something to be there. */
const FURTHER: readonly ScreenSize[] = [
  [40, 10],
  [500, 200],
]
/** Those that are shipped, as `botster.theme.list` has them: a new one needs screens of its own. */
const THEMES = ['dark', 'light', 'high-contrast']

const file = (name: string, [cols, rows]: ScreenSize) => `${name}@${cols}x${rows}`

describe('in every size', () => {
  it.each(Object.keys(SCREENS))('%s looks as it did', async (name) => {
    using tui = await openScreen(name)
    for (const size of [...SIZES, SMALLEST]) {
      tui.resize(...size)
      expectGolden(file(name, size), await screenOf(tui, ...size))
    }
    for (const size of FURTHER) {
      tui.resize(...size)
      expect(await screenOf(tui, ...size)).toMatch(/\w{3}/)
    }
    expect(tui.lua.problems).toEqual([])
  })
})

describe.each(THEMES)('the theme %s', (theme) => {
  it.each(COLOURED)('gives %s the colours it had', async (name) => {
    using tui = await openScreen(name, { 'theme.lua': `botster.theme.set("${theme}")` })
    for (const size of SIZES) {
      tui.resize(...size)
      expectGolden(file(`theme-${theme}-${name}`, size), await styledScreenOf(tui, ...size))
    }
  })
})

it.each(['palette', 'search', 'filter', 'help', 'new-agent-worktrees', 'connection-code', 'error'])(
  'in high contrast nothing of %s is dim',
  async (name) => {
    using tui = await openScreen(name, { 'theme.lua': 'botster.theme.set("high-contrast")' })
    for (const size of [SIZES[0], SMALLEST]) {
      tui.resize(...size)
      expect(await styledScreenOf(tui, ...size)).not.toMatch(/\bdim\b/)
    }
  },
)

it('every shipped theme is looked at', async () => {
  using tui = await startKeys({
    files: { 'list.lua': '_screen.notify(table.concat(botster.theme.list(), " "), "info")' },
  })
  expect(tui.lua.notices).toEqual([THEMES.join(' ')])
})

it('no picture is kept of what there is no more', () => {
  const screens = Object.keys(SCREENS).flatMap((name) => [...SIZES, SMALLEST].map((size) => file(name, size)))
  const themed = THEMES.flatMap((theme) => COLOURED.map((name) => `theme-${theme}-${name}`))
  const expected = [...screens, ...themed.flatMap((name) => SIZES.map((size) => file(name, size)))]
  expect(goldenNames()).toEqual(expected.sort())
})
