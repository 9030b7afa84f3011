import { execFile } from 'node:child_process'
import { copyFileSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { mkdtemp, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bundle } from '../../scripts/bundle.ts'
import { World } from './harness/world.ts'

const root = join(import.meta.dirname, '../..')
const built: string[] = []
let compatible: string
let incompatible: string

/** Builds botster 0.2.0, whose ptyhost protocol is 2 and whose hub still speaks `oldest`. @returns its binary */
async function buildNext(oldest: number): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'bn-'))
  built.push(directory)
  for (const name of ['dist', 'bin']) mkdirSync(join(directory, name))
  for (const name of ['lua', 'node_modules']) symlinkSync(join(root, name), join(directory, name))
  copyFileSync(join(root, 'bin/botster'), join(directory, 'bin/botster'))
  const description = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  writeFileSync(join(directory, 'package.json'), JSON.stringify({ ...description, version: '0.2.0' }))
  await bundle(join(directory, 'dist'), [
    {
      name: 'next-protocol',
      setup: ({ onLoad }) => {
        onLoad({ filter: /protocol\/messages\/ptyhost\.ts$/ }, async ({ path }) => {
          const source = await readFile(path, 'utf8')
          const contents = source.replace(
            "name: 'ptyhost',\n  version: 1,",
            `name: 'ptyhost',\n  version: 2,\n  oldest: ${oldest},`,
          )
          if (contents === source) throw new Error('the protocol has another number by now: adapt this test')
          return { contents, loader: 'ts' }
        })
      },
    },
  ])
  return join(directory, 'bin/botster')
}

const run = async (world: World, binary: string, ...args: string[]) => {
  const options = { cwd: world.repository, env: world.env }
  return promisify(execFile)(binary, args, options).then(
    ({ stdout }) => ({ status: 0, stdout, stderr: '' }),
    ({ code, stdout, stderr }) => ({ status: code as number, stdout: String(stdout), stderr: String(stderr) }),
  )
}

beforeAll(async () => {
  compatible = await buildNext(1)
  incompatible = await buildNext(2)
}, 300_000)
afterAll(() => {
  for (const directory of built) rmSync(directory, { recursive: true, force: true })
})

test('A new botster takes over agents of an older ptyhost by speaking as that one does', async () => {
  await using world = new World()
  await world.newAgent('old', 'echo from the old one; sleep 1000')
  await world.screenOf('old', /from the old one/)
  const before = await world.status()
  const restarted = await run(world, compatible, 'restart')
  expect(restarted).toMatchObject({ status: 0, stdout: expect.stringContaining('with 1 running session') })
  const after = JSON.parse((await run(world, compatible, 'status', '--json')).stdout)
  expect(after).toMatchObject({
    hub: { version: '0.2.0' },
    ptyhost: { pid: before.ptyhost!.pid, sessions: 1 },
    agents: 1,
  })
  await run(world, compatible, 'send', 'old', 'x')
  expect((await run(world, compatible, 'screen', 'old')).stdout).toContain('from the old one')
  expect((await run(world, compatible, 'new', 'fresh', '--cmd', 'sleep 1000')).status).toBe(0)
})

test('One that cannot speak to an older ptyhost says what to do, ends nothing by itself, and that helps', async () => {
  await using world = new World()
  await world.newAgent('old', 'sleep 1000')
  const { ptyhost } = await world.status()
  const refused = await run(world, incompatible, 'restart')
  expect(refused.status).toBe(1)
  expect(refused.stderr).toContain(
    'the ptyhost is the older one: when its agents may end, run `botster stop` and start again',
  )
  expect(refused.stderr).toContain('botster 0.')
  expect(await world.botster('list')).toContain('running') // the old one goes on
  expect(await world.status()).toMatchObject({ ptyhost: { pid: ptyhost!.pid, sessions: 1 } })
  expect((await run(world, incompatible, 'stop', '--yes')).status).toBe(0)
  expect((await run(world, incompatible, 'new', 'fresh', '--cmd', 'sleep 1000')).status).toBe(0)
})
