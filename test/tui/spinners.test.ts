import { describe, expect, it } from 'vitest'
import { ChromeRenderer } from '../../tui/chrome/renderer.ts'
import { Display } from '../../tui/display.ts'
import { Spinners } from '../../tui/spinners.ts'
import { nodeOf } from './chrome/support/draw.ts'

describe('what spins', () => {
  it('turns without the chrome being drawn anew, for a few bytes a turn', () => {
    const written: string[] = []
    const size = { cols: 80, rows: 24 }
    const write = (bytes: Uint8Array | string) => written.push(Buffer.from(bytes).toString()) > 0
    const display = new Display({ write }, size)
    using renderer = new ChromeRenderer()
    const tree = nodeOf({ type: 'spinner', props: { label: 'working' } })
    display.showChrome(renderer.draw({ type: 'render', seq: 1, ...size, tree }))
    display.paint(undefined)
    expect(written.join('')).toContain('⠋ working')
    written.length = 0
    display.spin('⠙'.codePointAt(0)!)
    display.paint(undefined)
    expect(written.join('')).toContain('⠙')
    expect(written.join('')).not.toContain('working')
    expect(Buffer.byteLength(written.join(''))).toBeLessThan(60)
  })

  it('has a timer only while something is seen that turns', async () => {
    const turned: number[] = []
    using spinners = new Spinners((glyph) => turned.push(glyph))
    spinners.update(true)
    await expect.poll(() => turned.length).toBeGreaterThan(1)
    expect(turned[0]).not.toBe(turned[1])
    spinners.update(false)
    const before = turned.length
    await new Promise((resolve) => setTimeout(resolve, 300)) // two turns' time, in which nothing may happen
    expect(turned.length).toBe(before)
  })
})
