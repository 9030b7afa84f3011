import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { BoundedRun } from '../../hub/ptyhost/bounded-run.ts'
import { type Query, searchUp } from '../../hub/ptyhost/search.ts'
import { TerminalLines } from '../../hub/ptyhost/terminal-lines.ts'
import { PtyhostProcess, type TestClient, until } from './harness.ts'
import { numbers, TestTerminal } from './terminal.ts'

const bounded = new BoundedRun()

/** All matches as `line:column-line:column`, from the top down. */
function search(terminal: TestTerminal, pattern: string, query: Partial<Query> = {}): string[] {
  const lines = new TerminalLines(terminal)
  const wanted = { pattern, regex: false, caseSensitive: true, ...query }
  const found: string[] = []
  let last = lines.end
  while (last > lines.first) {
    const { next, matches } = searchUp(
      lines,
      wanted,
      { from: 0, until: last },
      { sliceEnd: performance.now() + 3, bounded },
    )
    const page: string[] = []
    for (let at = 0; at < matches.length; at += 4) {
      page.push(`${matches[at]}:${matches[at + 1]}-${matches[at + 2]}:${matches[at + 3]}`)
    }
    found.unshift(...page)
    last = next
  }
  return found
}

describe('searching a terminal', () => {
  it('finds text in the compact history, in the recent one and on the screen', () => {
    const terminal = new TestTerminal({ rows: 10, scrollback: 50 })
    terminal.write(numbers(1, 500).join('\r\n'))
    expect(search(terminal, '77')).toEqual(
      [77, 177, 277, 377, 477].map((number) => {
        const column = String(number).length - 2
        return `${number - 1}:${column}-${number - 1}:${column + 2}`
      }),
    )
    expect(search(terminal, '500')).toEqual(['499:0-499:3'])
  })

  it('finds what a soft wrap divides, also over several rows', () => {
    const terminal = new TestTerminal({ cols: 10, rows: 5, scrollback: 10 })
    terminal.write(`${numbers(1, 30).join('\r\n')}\r\n12345678needle90needle${'x'.repeat(20)}end\r\n`)
    expect(search(terminal, 'needle')).toEqual(['30:8-31:4', '31:6-32:2'])
    expect(search(terminal, 'needlex+end', { regex: true })).toEqual(['31:6-34:5'])
    // A line that was ended by the program is another line.
    expect(search(terminal, '2930')).toEqual([])
  })

  it('gives columns, not characters, beside wide characters, clusters and accents', () => {
    const terminal = new TestTerminal({ cols: 40, rows: 5 })
    terminal.write('日本x 👨‍👩‍👧y é́z\r\n\x1b[31m日\x1b[m本')
    expect(search(terminal, 'x')).toEqual(['0:4-0:5'])
    expect(search(terminal, 'y')).toEqual(['0:8-0:9'])
    expect(search(terminal, 'z')).toEqual(['0:11-0:12'])
    expect(search(terminal, '日本')).toEqual(['0:0-0:4', '1:0-1:4'])
    expect(search(terminal, '👨‍👩‍👧')).toEqual(['0:6-0:8'])
  })

  it('finds a wide character that did not fit the end of a row where it went', () => {
    const terminal = new TestTerminal({ cols: 5, rows: 5 })
    terminal.write('abcd日本')
    expect(search(terminal, 'd日')).toEqual(['0:3-1:2'])
  })

  it('takes expressions, with and without regard to case', () => {
    const terminal = new TestTerminal()
    terminal.write('Error: one\r\nerror: two  \r\nnone')
    expect(search(terminal, '^error', { regex: true })).toEqual(['1:0-1:5'])
    expect(search(terminal, '^error', { regex: true, caseSensitive: false })).toHaveLength(2)
    expect(search(terminal, 'o$', { regex: true })).toEqual(['1:9-1:10'])
    expect(search(terminal, 'one|two', { regex: true })).toEqual(['0:7-0:10', '1:7-1:10', '2:1-2:4'])
    expect(search(terminal, 'x*', { regex: true })).toEqual([])
    expect(search(terminal, '.', { regex: false })).toEqual([])
    expect(() => search(terminal, '(', { regex: true })).toThrow('Unterminated group')
  })

  it('finds the same after the width has changed, at its new place', () => {
    const terminal = new TestTerminal({ cols: 30, rows: 5, scrollback: 100 })
    terminal.write(`${'a'.repeat(18)}needle${'b'.repeat(6)}\r\n${numbers(1, 20).join('\r\n')}`)
    expect(search(terminal, 'needle')).toEqual(['0:18-0:24'])
    terminal.emulator.resize(20, 5)
    expect(search(terminal, 'needle')).toEqual(['0:18-1:4'])
  })

  it('looks at the screen alone while a program has the alternate one', () => {
    const terminal = new TestTerminal({ rows: 5, scrollback: 10 })
    terminal.write(`${numbers(1, 30).join('\r\n')}\x1b[?1049h\x1b[H12 here`)
    const { bottom } = new TerminalLines(terminal)
    expect(search(terminal, '12')).toEqual([`${bottom}:0-${bottom}:2`])
  })

  it('stops an expression that would never end, and says so', () => {
    const terminal = new TestTerminal()
    terminal.write(`${'a'.repeat(60)}b`)
    expect(() => search(terminal, '(a+)+$', { regex: true })).toThrow('takes too long')
    expect(search(terminal, 'ab', { regex: true })).toHaveLength(1)
  })
})

describe('searching through the ptyhost', () => {
  let host: PtyhostProcess
  let client: TestClient
  beforeAll(async () => {
    host = new PtyhostProcess()
    client = await host.manager()
    await client.spawn('s', ['sh', '-c', 'seq 20000; cat'], { cols: 40, rows: 10 })
    await until('the output', async () => (await client.text('s')).includes('20000'))
  })
  afterAll(async () => {
    client[Symbol.dispose]()
    await host[Symbol.asyncDispose]()
  })

  it('answers in slices that together cover the whole history', async () => {
    const { epoch } = (await client.info('s')).history
    const request = { session: 's', epoch, pattern: '99$', regex: true }
    let answer = await client.connection.request('search', request)
    let bytes = answer.matches.length
    let slices = 1
    for (; answer.more; slices++) {
      answer = await client.connection.request('search', { ...request, until: answer.next })
      bytes += answer.matches.length
    }
    expect(bytes / 16).toBe(200)
    expect(answer.next).toBe(0)
    expect(slices).toBeGreaterThan(1)
  })

  it('says which epoch it is when asked about an earlier one', async () => {
    const { epoch } = (await client.info('s')).history
    const answer = await client.connection.request('search', { session: 's', epoch: epoch - 1, pattern: '1' })
    expect(answer).toMatchObject({ epoch, more: false })
    expect(answer.matches).toHaveLength(0)
  })

  it('refuses what is no expression, by a message', async () => {
    const { epoch } = (await client.info('s')).history
    const bad = client.connection.request('search', { session: 's', epoch, pattern: '[', regex: true })
    await expect(bad).rejects.toMatchObject({ code: 'bad_pattern' })
  })
})
