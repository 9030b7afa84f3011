import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { bundleWorker } from '../chrome/support/worker.ts'
import { agent } from './keys-harness.ts'
import { World, type WorldOptions } from './world.ts'

let worker: Awaited<ReturnType<typeof bundleWorker>>
let world: World
beforeAll(async () => {
  worker = await bundleWorker('tui/chrome/worker.tsx')
})
afterAll(() => worker[Symbol.dispose]())
afterEach(() => world[Symbol.asyncDispose]())

const start = async (script: string, options: Omit<WorldOptions, 'chromeWorker'> = {}) => {
  world = await World.start({ chromeWorker: worker.path, ...options })
  await world.addAgent('one', script)
  await world.see('> one')
}

const SEARCH = '\x1b/'
const COPY_MODE = '\x1by'
const ESCAPE = '\x1b'

/** What was copied last, by OSC 52. */
const copied = () => {
  const [, encoded] = /.*\x1b\]52;c;([^\x1b]*)\x1b\\/s.exec(world.output) ?? []
  return encoded === undefined ? undefined : Buffer.from(encoded, 'base64').toString()
}

/** Columns and rows of the first place where the screen shows a text, counted from 0. */
const find = (text: string) => {
  const rows = world.screen.split('\n')
  const y = rows.findIndex((row) => row.includes(text))
  return { x: rows[y]!.indexOf(text), y }
}

const cellOf = (text: string, offset = 0) => {
  const { x, y } = find(text)
  return world.terminal.buffer.active.getLine(y)!.getCell(x + offset)!
}

const mouse = (button: number, x: number, y: number, release = false) => {
  world.type(`\x1b[<${button};${x + 1};${y + 1}${release ? 'm' : 'M'}`)
}

const clicks = (count: number, x: number, y: number) => {
  for (let click = 1; click <= count; click++) {
    mouse(0, x, y)
    mouse(0, x, y, true)
  }
}

const drag = (from: { x: number; y: number }, to: { x: number; y: number }, modifiers = 0) => {
  mouse(modifiers, from.x, from.y)
  mouse(32 + modifiers, to.x, to.y)
  mouse(modifiers, to.x, to.y, true)
}

describe('searching', () => {
  it('finds what has long scrolled by while it is typed, marks it, and comes back with escape', async () => {
    await start('seq -f "line %g" 3000; cat')
    await world.see('line 3000')
    world.type(`${SEARCH}e 77[0-9]$`)
    await world.see('10 of 10')
    await world.see('line 779')
    expect(cellOf('line 779', 3).isInverse()).toBeTruthy()
    expect(cellOf('line 779', 2).isInverse()).toBeFalsy()
    world.type(ESCAPE)
    await world.see('line 3000')
    await world.see(() => !world.screen.includes('Search'))
    expect(world.screen).not.toContain('COPY')
  })

  it('goes from match to match, around at the ends, and says where it is', async () => {
    await start('seq -f "line %g" 2000; cat')
    await world.see('line 2000')
    world.type(`${SEARCH}line 1.00$`)
    await world.see('10 of 10')
    world.type('\r')
    await world.see(/COPY · line 1.00\$: 10 of 10/)
    world.type('n')
    await world.see('9 of 10')
    await world.see('line 1800')
    world.type('NN')
    await world.see('1 of 10')
    await world.see('line 1000')
    world.type('q')
    await world.see('line 2000')
  })

  it('finds what is printed meanwhile', async () => {
    await start('echo needle 1; read x; echo needle 2; cat')
    await world.see('needle 1')
    world.type(`${SEARCH}needle`)
    await world.see('1 of 1')
    await world.manager.connection.request('inject', {
      session: 'one/agent',
      data: Buffer.from('go\r'),
      origin: { kind: 'agent' },
    })
    await world.see('of 2')
    await world.see(() => Boolean(cellOf('needle 2').isInverse()))
  })

  it('takes what is no expression for the text itself, and capital letters at their word', async () => {
    await start('echo "call main(x)"; echo "CALL again"; cat')
    await world.see('CALL')
    world.type(`${SEARCH}main(`)
    await world.see('1 of 1')
    world.type('\x15call')
    await world.see('2 of 2')
    world.type('\x15CALL')
    await world.see('1 of 1')
    world.type('\x15nowhere')
    await world.see('nothing found')
  })
})

describe('an expression that never ends', () => {
  it('is given up, and the reason is told on enter', async () => {
    await start(`echo ${'a'.repeat(70)}b; cat`)
    await world.see('aaab')
    world.type(`${SEARCH}(a+)+$`)
    await world.see('this expression takes too')
    world.type('\r')
    await world.see('simplify it')
    world.type(ESCAPE)
    await world.see(() => !world.screen.includes('Search'))
  })
})

describe('a terminal of which nothing is left', () => {
  it('says so to who searches in it, without its id', async () => {
    world = await World.start({ chromeWorker: worker.path })
    await world.addAgent('alive', 'echo reached; cat')
    await world.see('reached') // terminals can be asked
    world.setAgents([agent('one')])
    await world.see('> one')
    world.type(`${SEARCH}x`)
    await world.see('Search up · nothing of this')
    world.type('\r')
    await world.see('nothing of this terminal is left to read')
    expect(world.screen).not.toContain('one/agent')
  })
})

describe('copy mode', () => {
  it('moves by keys of vi, selects words and copies them', async () => {
    await start('printf "alpha beta gamma\\nsecond line\\n"; cat')
    await world.see('second line')
    world.type(`${COPY_MODE}`)
    await world.see('[COPY]')
    world.type('kk0wve')
    await world.see('COPY: char')
    expect(cellOf('alpha beta', 6).isInverse()).toBeTruthy()
    expect(cellOf('alpha beta', 10).isInverse()).toBeFalsy()
    world.type('y')
    await world.see('Copied 4 characters')
    expect(copied()).toBe('beta')
    await world.see(() => !world.screen.includes('COPY'))
  })

  it('tells its keys where the screen is narrow, and says so when nothing was selected', async () => {
    await start('seq 100; cat', { cols: 80 })
    await world.see('100')
    world.type(COPY_MODE)
    await world.see('one [COPY] v select, esc leave, f1 keys')
    world.type('y')
    await world.see('Nothing was selected, nothing is copied. v selects.')
    expect(copied()).toBeUndefined()
  })

  it('copies lines and blocks, with the arrow keys as well', async () => {
    await start('printf "ab cd\\nef gh\\nij kl\\n"; cat')
    await world.see('ij kl')
    world.type(`${COPY_MODE}g\x1b[BVj\r`)
    await world.see('Copied 2 lines')
    expect(copied()).toBe('ef gh\nij kl')
    world.type(`${COPY_MODE}g\x1b[C\x1b[C\x1b[C\x16jj$y`)
    await world.see('Copied 3 lines')
    expect(copied()).toBe('cd\ngh\nkl')
  })

  it('stays where it is while more is printed, and leaves with escape', async () => {
    await start('seq 100; read x; seq 101 200; cat')
    await world.see('100')
    world.type(COPY_MODE)
    await world.see('[COPY]')
    await world.manager.connection.request('inject', {
      session: 'one/agent',
      data: Buffer.from('go\r'),
      origin: { kind: 'agent' },
    })
    await world.see('SCROLLBACK +')
    expect(world.screen).toContain('90')
    world.type('v')
    await world.see('COPY: char')
    world.type(ESCAPE)
    await world.see('[COPY]')
    world.type(ESCAPE)
    await world.see('200')
    await world.see(() => !world.screen.includes('COPY'))
  })

  it('gives way to the palette, and typing goes to the program again after it', async () => {
    await start('echo ready; cat')
    await world.see('ready')
    world.type(COPY_MODE)
    await world.see('[COPY]')
    world.type('\x10')
    await world.see('Palette')
    world.type(ESCAPE)
    await world.see(() => !world.screen.includes('Palette') && !world.screen.includes('COPY'))
    world.type('typed on\r')
    await world.see('typed on')
  })

  it('copies a whole history', async () => {
    await start('seq 20000; cat')
    await world.see('20000')
    world.type(`${COPY_MODE}gVG`)
    await world.see('COPY: line')
    world.type('y')
    await world.see('Copied 20,000 lines')
    expect(copied()).toBe(Array.from({ length: 20000 }, (_, index) => index + 1).join('\n'))
  })
})

describe('the mouse', () => {
  it('selects text that stands still while more is printed, and then the newest is seen again', async () => {
    await start('seq -f "line %g" 200; read x; seq -f "more %g" 500; read y; echo last; cat')
    await world.see('line 200')
    const from = find('line 190')
    mouse(0, from.x, from.y)
    mouse(32, from.x + 7, from.y + 1)
    const go = () => {
      const data = Buffer.from('go\r')
      return world.manager.connection.request('inject', { session: 'one/agent', data, origin: { kind: 'agent' } })
    }
    await go()
    await world.see('SCROLLBACK +')
    expect(find('line 190')).toEqual(from)
    mouse(32, from.x + 7, from.y + 2)
    mouse(0, from.x + 7, from.y + 2, true)
    await world.see('Copied 3 lines')
    expect(copied()).toBe('line 190\nline 191\nline 192')
    await world.see('more 500')
    await world.see(() => !world.screen.includes('SCROLLBACK'))
    await go()
    await world.see('last')
  })

  it('selects by dragging, words by two clicks and lines by three, and copies', async () => {
    await start('printf "see /etc/hosts now\\n(https://a.org/b_(c)?d=e.)\\nnext\\n"; cat')
    await world.see('next')
    const address = find('a.org')
    clicks(2, address.x, address.y)
    await world.see(() => copied() === 'https://a.org/b_(c)?d=e')
    const { x, y } = find('see')
    drag({ x, y }, { x: x + 2, y })
    await world.see(() => copied() === 'see')
    clicks(2, x + 8, y)
    await world.see(() => copied() === '/etc/hosts')
    clicks(3, x + 9, y) // elsewhere, to be counted anew, however long the copy took
    await world.see(() => copied() === 'see /etc/hosts now')
    expect(cellOf('see').isInverse()).toBeTruthy()
    world.type('x') // typing leaves the selection behind
    await world.see(() => !cellOf('see').isInverse())
  })

  it('selects a block with alt, and over more than the screen by turning the wheel', async () => {
    await start('seq -f "%04g abc" 500; cat')
    await world.see('0500 abc')
    const { x, y } = find('0498')
    drag({ x: x + 5, y }, { x: x + 6, y: y + 2 }, 8)
    await world.see(() => copied() === 'ab\nab\nab')
    mouse(0, x, y)
    mouse(32, x + 1, y)
    for (let turn = 0; turn < 20; turn++) mouse(64, x, y)
    mouse(0, x, y, true)
    await world.see(() => (copied() ?? '').split('\n').length === 61)
    expect(copied()!.split('\n').at(-1)).toBe('0')
    expect(copied()!.startsWith('0438 abc\n')).toBe(true)
  })

  it('goes to a program that asked for it, unless shift is held', async () => {
    await start('printf "\\033[?1000h\\033[?1006hword here\\n"; cat -v')
    await world.see('word here')
    const { x, y } = find('word')
    mouse(0, x, y)
    mouse(0, x, y, true)
    await world.see('[<0;1;1M')
    drag({ x, y }, { x: x + 3, y }, 4)
    await world.see(() => copied() === 'word')
  })

  it('copies the address of a link that is clicked while ctrl is held, where it cannot be opened', async () => {
    await start(
      'printf "see (https://example.com/a?b=c).\\n\\033]8;;https://hidden.example\\007here\\033]8;;\\007\\n"; cat',
    )
    await world.see('here')
    const plain = find('example')
    mouse(16, plain.x, plain.y)
    mouse(16, plain.x, plain.y, true)
    await world.see(() => copied() === 'https://example.com/a?b=c')
    const hidden = find('here')
    mouse(16, hidden.x + 1, hidden.y)
    mouse(16, hidden.x + 1, hidden.y, true)
    await world.see(() => copied() === 'https://hidden.example')
  })
})

describe('prompts', () => {
  it('are gone to from one to the next', async () => {
    const prompt = (number: number) => `printf "\\033]133;A\\007prompt ${number}\\n"; seq 40;`
    await start(`${[1, 2, 3].map(prompt).join(' ')} echo all is printed; cat`)
    await world.see('all is printed')
    world.type('\x1b[5;3~')
    await world.see('prompt 3')
    world.type('\x1b[5;3~')
    await world.see('prompt 2')
    world.type('\x1b[6;3~')
    await world.see('prompt 3')
    world.type('\x1b[6;3~')
    await world.see(() => !world.screen.includes('SCROLLBACK'))
  })
})
