import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { clipboardProgram, copyToClipboard } from '../../../tui/reader/clipboard.ts'
import { programFor } from '../../../tui/reader/open-history.ts'
import { openerFor, openLink } from '../../../tui/reader/open-link.ts'

const directory = mkdtempSync(join(tmpdir(), 'bc-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

const program = (name: string, script: string) => {
  const file = join(directory, name)
  writeFileSync(file, `#!/bin/sh\n${script}\n`)
  chmodSync(file, 0o700)
}
program('xclip', `echo "$@" > ${directory}/arguments; /bin/cat > ${directory}/clip`)
program('xdg-open', 'true')

describe('the clipboard', () => {
  const desktop = { PATH: directory, DISPLAY: ':0' }

  it('is set by the terminal and by the program of the desktop', async () => {
    const written: string[] = []
    const tell = (sequence: string) => written.push(sequence)
    expect(await copyToClipboard('some text', { env: desktop, platform: 'linux', tell })).toBeUndefined()
    expect(written).toEqual([`\x1b]52;c;${Buffer.from('some text').toString('base64')}\x1b\\`])
    expect(readFileSync(join(directory, 'clip'), 'utf8')).toBe('some text')
    expect(readFileSync(join(directory, 'arguments'), 'utf8').trim()).toBe('-selection clipboard -in')
  })

  it('takes what is too much for a terminal through the program, and says so when there is none', async () => {
    const large = 'x'.repeat(3 << 20)
    const parts = { platform: 'linux' as const, tell: () => {} }
    expect(await copyToClipboard(large, { ...parts, env: desktop })).toBeUndefined()
    expect(readFileSync(join(directory, 'clip')).length).toBe(large.length)
    expect(await copyToClipboard(large, { ...parts, env: { PATH: directory } })).toContain('3.0 MiB are more than')
  })

  it('belongs to the desktop this runs on', () => {
    expect(clipboardProgram({ PATH: directory }, 'linux')).toBeUndefined()
    expect(clipboardProgram({ PATH: '/nowhere', DISPLAY: ':0' }, 'linux')).toBeUndefined()
    expect(clipboardProgram(desktop, 'linux')?.[0]).toBe('xclip')
  })
})

describe('a link', () => {
  it('is opened on a desktop, but neither over ssh nor when it may do anything', () => {
    const desktop = { PATH: directory, DISPLAY: ':0' }
    expect(openerFor(desktop, 'linux')).toBe('xdg-open')
    expect(openerFor({ ...desktop, SSH_CONNECTION: 'a b' }, 'linux')).toBeUndefined()
    expect(openerFor({ PATH: directory }, 'linux')).toBeUndefined()
    expect(openLink('https://example.org', desktop, 'linux')).toBe(true)
    for (const url of ['file:///etc/passwd', 'javascript:1', '--help', 'https://a b']) {
      expect(openLink(url, desktop, 'linux')).toBe(false)
    }
  })
})

describe('pager and editor', () => {
  it('are those of the environment, with their arguments', () => {
    expect(programFor('pager', { PAGER: 'less -R' })).toEqual(['less', '-R'])
    expect(programFor('editor', { EDITOR: 'vi', VISUAL: '"/my apps/edit" -w' })).toEqual(['/my apps/edit', '-w'])
    expect(programFor('editor', { EDITOR: ' ', PATH: directory })).toBeUndefined()
  })
})
