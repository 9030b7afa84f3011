import { expect, test } from 'vitest'
import { parseColor } from '../../hub/ptyhost/colors.ts'
import { TestTerminal } from './terminal.ts'

test('programs are told what terminal this is', () => {
  const terminal = new TestTerminal()
  expect(terminal.ask('\x1b[c')).toBe('\x1b[?62;22;52c')
  expect(terminal.ask('\x1b[>c')).toBe('\x1b[>41;380;0c')
  expect(terminal.ask('\x1b[>q')).toBe('\x1bP>|botster(1.2.3)\x1b\\')
  expect(terminal.ask('\x1b[6n')).toBe('\x1b[1;1R')
  expect(terminal.ask('\x1b[?2026$p')).toBe('\x1b[?2026;2$y')
  expect(terminal.ask('\x1b[?2027$p')).toBe('\x1b[?2027;3$y')
  expect(terminal.ask('\x1b[?9999$p')).toBe('\x1b[?9999;0$y')
  expect(terminal.ask('\x1b[18t')).toBe('\x1b[8;24;80t')
  expect(terminal.ask('\x1bP+q544e;71\x1b\\')).toBe('\x1bP1+r544e=787465726d2d323536636f6c6f72\x1b\\\x1bP0+r71\x1b\\')
})

test('programs are told the colours of the terminal that the client really has', () => {
  const terminal = new TestTerminal()
  expect(terminal.ask('\x1b]11;?\x07')).toBe('\x1b]11;rgb:0000/0000/0000\x1b\\')
  expect(terminal.ask('\x1b]4;196;?\x07')).toBe('\x1b]4;196;rgb:ffff/0000/0000\x1b\\')
  terminal.emulator.colors.set({ foreground: '#102030', background: 'rgb:ffff/f0f0/e000', palette: { 1: '#abc' } })
  expect(terminal.ask('\x1b]10;?;?\x07')).toBe('\x1b]10;rgb:1010/2020/3030\x1b\\\x1b]11;rgb:ffff/f0f0/dfdf\x1b\\')
  expect(terminal.ask('\x1b]4;1;?;2;?\x07')).toBe('\x1b]4;1;rgb:aaaa/bbbb/cccc\x1b\\\x1b]4;2;rgb:0000/cdcd/0000\x1b\\')
  expect(terminal.ask('\x1b[?996n')).toBe('\x1b[?997;2n')
  expect(parseColor('nonsense')).toBeUndefined()
})

test('the kitty keyboard flags are a stack, one for each screen', () => {
  const terminal = new TestTerminal()
  expect(terminal.ask('\x1b[?u')).toBe('\x1b[?0u')
  expect(terminal.ask('\x1b[>1u\x1b[>5u\x1b[?u')).toBe('\x1b[?5u')
  expect(terminal.ask('\x1b[=2;2u\x1b[?u')).toBe('\x1b[?7u')
  expect(terminal.ask('\x1b[=1;3u\x1b[?u')).toBe('\x1b[?6u')
  expect(terminal.ask('\x1b[?1049h\x1b[?u')).toBe('\x1b[?0u')
  expect(terminal.ask('\x1b[>9u\x1b[?u')).toBe('\x1b[?9u')
  expect(terminal.ask('\x1b[?1049l\x1b[?u')).toBe('\x1b[?6u')
  expect(terminal.ask('\x1b[<u\x1b[?u')).toBe('\x1b[?1u')
  expect(terminal.ask('\x1b[<9u\x1b[?u')).toBe('\x1b[?0u')
  terminal.write('\x1b[>31u'.repeat(1000))
  expect(terminal.ask('\x1b[<99u\x1b[?u')).toBe('\x1b[?0u')
  terminal.write('\x1b[>4;2m')
  expect(terminal.emulator.modes()).toMatchObject({ modifyOtherKeys: 2 })
  expect(terminal.ask('\x1b[?4m')).toBe('\x1b[>4;2m')
  terminal.write('\x1b[>4n')
  expect(terminal.emulator.modes().modifyOtherKeys).toBe(0)
})

test('the modes a client needs to encode keys and mouse events are known, and reset with the terminal', () => {
  const terminal = new TestTerminal()
  terminal.write('\x1b[?1003;1006;1004;2004;1h\x1b=\x1b[5 q\x1b[>3u\x1b[>4;1m\x1b[?25l')
  expect(terminal.emulator.modes()).toEqual({
    alternateScreen: false,
    applicationCursor: true,
    applicationKeypad: true,
    bracketedPaste: true,
    focusReports: true,
    mouseTracking: 1003,
    mouseEncoding: 1006,
    kittyFlags: 3,
    modifyOtherKeys: 1,
  })
  expect(terminal.emulator.cursor()).toMatchObject({ visible: false, shape: 5 })
  terminal.write('\x1bc')
  expect(terminal.emulator.modes()).toEqual({
    alternateScreen: false,
    applicationCursor: false,
    applicationKeypad: false,
    bracketedPaste: false,
    focusReports: false,
    mouseTracking: 0,
    mouseEncoding: 0,
    kittyFlags: 0,
    modifyOtherKeys: 0,
  })
  expect(terminal.emulator.cursor().shape).toBe(0)
})

test('sequences are understood wherever they are cut', () => {
  const whole = Buffer.from(
    '\x1b[1;31mré日—“x”…\x1b[m\x1b]8;id=a;http://x.y/\x1b\\link\x1b]8;;\x1b\\\x1b[?2004h\x1b[>5u\x1b]2;ti\u00e9tle\x07\x1b]133;D;42\x07\x1bP$q q\x1b\\👨‍👩‍👧!',
  )
  const at = (cut: number) => {
    const terminal = new TestTerminal()
    terminal.write(whole.subarray(0, cut))
    terminal.write(whole.subarray(cut))
    terminal.rows.update(true)
    return {
      rows: terminal.rows.rows.map(({ bytes, links }) => [Buffer.from(bytes), links]),
      modes: terminal.emulator.modes(),
      cursor: terminal.emulator.cursor(),
      said: terminal.announcements,
      replies: terminal.replies,
    }
  }
  const expected = at(0)
  expect(expected.said).toEqual([
    { kind: 'title', title: 'tiétle' },
    { kind: 'prompt', mark: 'D', exitCode: 42 },
  ])
  for (let cut = 1; cut < whole.length; cut++) expect(at(cut)).toEqual(expected)
})

test('what programs announce is heard', () => {
  const terminal = new TestTerminal()
  const said = (sequence: string) => {
    terminal.announcements.length = 0
    terminal.write(sequence)
    return terminal.announcements
  }
  expect(said('\x07')).toEqual([{ kind: 'bell' }])
  expect(said('\x1b]7;file://host/home/a%20b\x07')).toEqual([{ kind: 'cwd', cwd: '/home/a b' }])
  expect(said('\x1b]9;done; really\x07')).toEqual([
    { kind: 'notification', source: 'osc9', title: '', body: 'done; really' },
  ])
  expect(said('\x1b]9;4;1;37\x07')).toEqual([{ kind: 'progress', state: 1, value: 37 }])
  expect(said('\x1b]9;4;0\x07')).toEqual([{ kind: 'progress', state: 0, value: 0 }])
  expect(said('\x1b]9;12;3\x07')).toEqual([])
  expect(said('\x1b]777;notify;title;body; more\x07')).toEqual([
    { kind: 'notification', source: 'osc777', title: 'title', body: 'body; more' },
  ])
  expect(said('\x1b]99;i=1:d=0;Hel\x07\x1b]99;i=1:d=0;lo\x07\x1b]99;i=1:p=body:e=1;d29ybGQ=\x07')).toEqual([
    { kind: 'notification', source: 'osc99', title: 'Hello', body: 'world' },
  ])
  expect(said('\x1b]52;c;aGVsbG8=\x07')).toEqual([{ kind: 'clipboard', selection: 'c', data: Buffer.from('hello') }])
  expect(said('\x1b]52;c;?\x07')).toEqual([])
  expect(terminal.replies).toBe('')
  expect(said('\x1b[?25l')).toEqual([{ kind: 'cursorVisibility', visible: false }])
})

test('a command line is told when it starts, read from the screen or from the shell itself', () => {
  const terminal = new TestTerminal({ cols: 20 })
  terminal.write(
    '\x1b]133;A\x07$ \x1b]133;B\x07make all the wonderful things\r\n\x1b]133;C\x07output\r\n\x1b]133;D;2\x07',
  )
  terminal.write('\x1b]133;C;cmdline_url=ls%20-la\x07')
  expect(terminal.announcements).toEqual([
    { kind: 'prompt', mark: 'A' },
    { kind: 'prompt', mark: 'B' },
    { kind: 'prompt', mark: 'C', command: 'make all the wonderful things' },
    { kind: 'prompt', mark: 'D', exitCode: 2 },
    { kind: 'prompt', mark: 'C', command: 'ls -la' },
  ])
})

test('text of one link has one id, and old links are forgotten before they fill the memory', () => {
  const terminal = new TestTerminal()
  terminal.write(
    '\x1b]8;id=1;http://a/\x07one\x1b]8;;\x07 \x1b]8;id=1;http://a/\x07two\x1b]8;;\x07 \x1b]8;;http://b/\x07x',
  )
  terminal.rows.update(true)
  expect(terminal.rows.rows[0]!.links).toEqual([1, 2])
  expect(terminal.emulator.links.address(1)).toBe('http://a/')
  for (let number = 0; number < 30_000; number++) terminal.write(`\x1b]8;;http://c/${number}\x07y`)
  expect(terminal.emulator.links.address(1)).toBeUndefined()
  expect(terminal.emulator.links.address(30_002)).toBe('http://c/29999')
})

test('no sequence takes long or much memory, whatever number is in it', () => {
  const terminal = new TestTerminal({ cols: 200, rows: 50 })
  const before = process.cpuUsage()
  for (const final of '@ABCDEFGHIJKLMPSTXZ`abdefghlmnqrtu') {
    for (const count of ['2147483647', '99999999999999999999', '65535']) {
      terminal.write(`x\x1b[${count}${final}\x1b[${count};${count}${final}\x1b[${count} ${final}\x1b[${count}'${final}`)
      terminal.write(`\x1b[?${count}${final}\x1b[>${count}${final}`)
    }
  }
  expect(terminal.errors).toEqual([])
  expect(process.cpuUsage(before).user / 1000).toBeLessThan(2000) // milliseconds of computing
})

test('garbage of every kind leaves a terminal that works', () => {
  let seed = 1
  const random = (below: number) => {
    seed = (seed * 1103515245 + 12345) & 0x7fffffff
    return seed % below
  }
  const pieces = [
    '\x1b[',
    '\x1b]',
    '\x1bP',
    '\x1b',
    '?',
    ';',
    '1',
    '9',
    '38',
    ':',
    'm',
    'H',
    'J',
    'h',
    'l',
    '\x07',
    '\x1b\\',
  ]
  const terminal = new TestTerminal({ cols: 40, rows: 10 })
  for (let round = 0; round < 3000; round++) {
    const parts: Buffer[] = []
    for (let part = 0; part < 20; part++) {
      parts.push(
        random(2) === 0
          ? Buffer.from(pieces[random(pieces.length)]!)
          : Buffer.from(Array.from({ length: random(6) }, () => random(256))),
      )
    }
    terminal.write(Buffer.concat(parts))
    if (round % 50 === 0) terminal.emulator.resize(2 + random(100), 1 + random(40))
    terminal.rows.update(round % 2 === 0)
  }
  expect(terminal.errors).toEqual([])
  terminal.emulator.resize(40, 10)
  terminal.write('\x18\x1b\\\x1bcfine')
  expect(terminal.everything).toEqual(['fine'])
})

test('a quick look at the screen sees what a thorough one sees', () => {
  let seed = 7
  const random = (below: number) => {
    seed = (seed * 1103515245 + 12345) & 0x7fffffff
    return (seed >> 8) % below
  }
  const steps = [
    () => 'text ',
    () => '\r\n',
    () => `\x1b[${1 + random(12)};${1 + random(30)}H`,
    () => `\x1b[${random(3)}J`,
    () => `\x1b[${random(3)}K`,
    () => `\x1b[${1 + random(4)}${'LMPSTX@AB'[random(9)]}`,
    () => `\x1b[${1 + random(5)};${6 + random(6)}r`,
    () => '\x1b[r',
    () => (random(2) ? '\x1b[?1049h' : '\x1b[?1049l'),
    () => '\x1bM',
    () => '\x1bD',
    () => '日本👨‍👩‍👧é',
    () => `\x1b[4:${random(5)}m\x1b[48;5;${random(256)}m`,
    () => '\x1b#8',
    () => '\x1b7',
    () => '\x1b8',
    () => 'a very long line that wraps around the end of the row, more than once if need be ',
  ]
  const quick = new TestTerminal({ cols: 30, rows: 12 })
  const thorough = new TestTerminal({ cols: 30, rows: 12 })
  for (let round = 0; round < 4000; round++) {
    const step = Array.from({ length: 1 + random(4) }, () => steps[random(steps.length)]!()).join('')
    quick.write(step)
    thorough.write(step)
    if (random(3) === 0) continue
    quick.rows.update(false)
    thorough.rows.update(true)
    const bytes = ({ rows }: TestTerminal) => rows.rows.map((row) => Buffer.from(row.bytes).toString('latin1'))
    expect(bytes(quick), step).toEqual(bytes(thorough))
  }
})
