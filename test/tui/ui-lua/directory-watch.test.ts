import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { DirectoryWatch } from '../../../tui/ui-lua/directory-watch.ts'

let root: string
let events: number
let watch: DirectoryWatch

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'botster-watch-'))
  events = 0
  watch = new DirectoryWatch(() => events++)
})
afterEach(() => {
  watch[Symbol.dispose]()
  rmSync(root, { recursive: true, force: true })
})

const make = (path: string) => mkdirSync(join(root, path), { recursive: true })
const heardOf = () => expect.poll(() => events).toBeGreaterThan(0)

test('what is written to a directory is heard of, and to one that does not exist yet, its coming', async () => {
  watch.update(() => [join(root, 'missing/below'), root])
  writeFileSync(join(root, 'file'), '')
  await heardOf()
  events = 0
  make('missing')
  await heardOf()
})

test('a directory that was replaced by another of its name is watched again', async () => {
  make('ui')
  const list = () => [join(root, 'ui')]
  watch.update(list)
  rmSync(join(root, 'ui'), { recursive: true })
  make('ui')
  await heardOf()
  watch.update(list)
  events = 0
  writeFileSync(join(root, 'ui/file'), '')
  await heardOf()
})

test('a directory that was made while the others began to be watched is watched too', async () => {
  watch.update(() => {
    const seen = readdirSync(root)
    make('late')
    return [root, ...seen.map((name) => join(root, name))]
  })
  writeFileSync(join(root, 'late/file'), '')
  await heardOf()
})
