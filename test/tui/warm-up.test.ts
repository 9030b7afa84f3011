import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { warmUp } from '../../tui/warm-up.ts'
import { startUi } from './ui-lua/harness.ts'

function temporary() {
  const path = mkdtempSync(join(tmpdir(), 'warm-'))
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true }) }
}

test('warming up types and sees every key drawn, through the shipped Lua alone, and leaves nothing behind', async () => {
  using directory = temporary()
  const t = await startUi()
  using ui = t.ui
  t.load({ 'keys.lua': 'local shipped = handle_key; function handle_key(...) error("a key that nobody pressed") end' })
  let asked = 0
  const askLua = (key: string) => {
    asked++
    ui.rehearse('handle_key', [key, 'insert', 0, 24, false])
  }
  await warmUp({ path: join(directory.path, 'w'), askLua, signal: new AbortController().signal })
  expect(asked).toBeGreaterThan(10) // as many as a slow machine manages in its time
  expect(t.problems).toEqual([])
  expect(readdirSync(directory.path)).toEqual([])
})

test('who leaves does not wait for it', async () => {
  using directory = temporary()
  const leaving = new AbortController()
  let asked = 0
  const askLua = () => {
    if (++asked === 10) leaving.abort()
  }
  await warmUp({ path: join(directory.path, 'w'), askLua, signal: leaving.signal })
  expect(asked).toBe(10)
})

test('where no socket can be made it does nothing', async () => {
  let asked = 0
  await warmUp({ path: '/proc/none', askLua: () => asked++, signal: new AbortController().signal })
  expect(asked).toBe(0)
})
