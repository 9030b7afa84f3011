import { appendFileSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Batch } from '../../lua/modules/watch/batch.ts'
import { watchModule } from '../../lua/modules/watch/index.ts'
import { newVm, type TestVm } from '../lua/support.ts'
import { type TestDirectory, testDirectory } from './directory.ts'
import { expectExamplesToRun } from './examples.ts'

interface Event {
  readonly path: string
  readonly kind: string
  readonly from?: string
  readonly watch_id: number
}

let dir: TestDirectory
let t: TestVm
beforeEach(async () => {
  dir = testDirectory()
  mkdirSync(dir.at('w'))
  t = await newVm({ modules: [watchModule({ base: dir.path })] })
  await t.run('batches, seen = {}, function(events) batches[#batches + 1] = events end')
})
afterEach(() => {
  t[Symbol.dispose]()
  dir[Symbol.dispose]()
})

/** What the callback was given so far. An empty Lua table could be either. */
const batches = (): Event[][] => {
  const given = t.vm.getGlobal('batches')
  return Array.isArray(given) ? (given as unknown as Event[][]) : []
}
const seen = () =>
  batches()
    .flat()
    .map(({ kind, path, from }) => {
      const name = path.slice(dir.path.length + 1)
      return from === undefined ? `${kind} ${name}` : `${kind} ${from.slice(dir.path.length + 1)} ${name}`
    })

/** Paths of all that was told. */
const told = () =>
  batches()
    .flat()
    .flatMap(({ path, from }) => [path, ...(from === undefined ? [] : [from])])
    .map((path) => path.slice(dir.path.length + 1))

/** Changes a file again and again until the watch says something: it begins a moment after the call. */
async function watching(probe = 'w/probe'): Promise<void> {
  await expect
    .poll(
      () => {
        if (batches().length === 0) writeFileSync(dir.at(probe), String(Math.random()))
        return batches().length
      },
      { interval: 100 },
    )
    .toBeGreaterThan(0)
  await quiet()
  await t.run('batches = {}')
}

/** Waits until the watch has said all there is to say. */
async function quiet(): Promise<void> {
  let before = -1
  let lookedAt = 0
  await expect
    .poll(
      () => {
        const now = performance.now()
        const wasHeldUp = now - lookedAt > 350 // what waits to be told has not had its time then
        lookedAt = now
        const last = before
        before = batches().length
        return !wasHeldUp && last === before
      },
      { interval: 250 },
    )
    .toBe(true)
}

/** Saves w/file, until the machine did not pause in the middle: who looks then sees half of it. */
async function swiftly(save: () => void): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    await t.run('batches = {}')
    const began = performance.now()
    save()
    const took = performance.now() - began
    await expect.poll(told).toContain('w/file')
    await quiet()
    if (took < 20 || attempt === 20) return
  }
}

test('watch: every example of the reference runs', async () => {
  await t.run('id = 1')
  await expectExamplesToRun(t, watchModule({ base: dir.path }))
})

describe.each([
  ['told by the system', ''],
  ['by polling', ', { poll = true, poll_interval = 0.05 }'],
])('watch.directory, %s:', (_, options) => {
  test('watch.directory: tells what is created, modified, deleted and renamed, also in new directories', async () => {
    await t.run(`id = watch.directory('w', seen${options})`)
    await watching()
    writeFileSync(dir.at('w/a'), 'one')
    await expect.poll(seen).toContain('create w/a')
    appendFileSync(dir.at('w/a'), 'two')
    await expect.poll(seen).toContain('modify w/a')
    mkdirSync(dir.at('w/new/deep'), { recursive: true })
    writeFileSync(dir.at('w/new/deep/b'), 'b')
    await expect.poll(seen).toContain('create w/new/deep/b')
    // Two looks may fall between what happens in two directories: that is a creation and a deletion.
    let [from, to] = ['w/new/deep/b', 'w/c']
    for (let attempt = 1; ; attempt++) {
      await quiet()
      await t.run('batches = {}')
      renameSync(dir.at(from), dir.at(to))
      await expect.poll(told).toContain(to)
      await expect.poll(told).toContain(from)
      if (seen().includes(`rename ${from} ${to}`) || attempt === 20) break
      ;[from, to] = [to, from]
    }
    expect(seen()).toContain(`rename ${from} ${to}`)
    rmSync(dir.at('w/a'))
    await expect.poll(seen).toContain('delete w/a')
    const id = t.vm.getGlobal('id')
    expect(
      batches()
        .flat()
        .every((event) => event.watch_id === id),
    ).toBe(true)
  })

  test('watch.directory: an editor that writes beside the file and renames is one modification', async () => {
    writeFileSync(dir.at('w/file'), 'old')
    await t.run(`watch.directory('w', seen${options})`)
    await watching()
    await swiftly(() => {
      writeFileSync(dir.at('w/.file.tmp'), 'new')
      renameSync(dir.at('w/.file.tmp'), dir.at('w/file'))
    })
    expect(seen()).toEqual(['modify w/file'])
  })

  test('watch.directory: an editor that moves the file aside and writes a new one is one modification', async () => {
    writeFileSync(dir.at('w/file'), 'old')
    await t.run(`watch.directory('w', seen${options})`)
    await watching()
    await swiftly(() => {
      renameSync(dir.at('w/file'), dir.at('w/file~'))
      writeFileSync(dir.at('w/file'), 'new')
      rmSync(dir.at('w/file~'))
    })
    expect(seen()).toEqual(['modify w/file'])
  })

  test('watch.directory: a directory that does not exist is watched until it appears, and when it comes back', async () => {
    await t.run(`watch.directory('later/on', seen${options})`)
    mkdirSync(dir.at('later/on'), { recursive: true })
    writeFileSync(dir.at('later/on/a'), '')
    await expect.poll(seen).toContain('create later/on/a')
    await quiet()
    rmSync(dir.at('later'), { recursive: true })
    await expect.poll(seen).toContain('delete later/on/a')
    mkdirSync(dir.at('later/on'), { recursive: true })
    writeFileSync(dir.at('later/on/b'), '')
    await expect.poll(seen).toContain('create later/on/b')
  })
})

test('watch.directory: what was there before is no news', async () => {
  writeFileSync(dir.at('w/old'), '')
  const written = Date.now()
  await expect.poll(() => Date.now() - written).toBeGreaterThan(20) // the times of files are not finer
  await t.run("watch.directory('w', seen)")
  await watching()
  writeFileSync(dir.at('w/new'), '')
  await expect.poll(seen).toContain('create w/new')
  expect(seen().filter((event) => event.includes('old'))).toEqual([])
})

test('watch.directory: changes that come together are told together', async () => {
  await t.run("watch.directory('w', seen)")
  await watching()
  for (let i = 0; i < 200; i++) writeFileSync(dir.at('w', `n${i}`), '')
  await expect.poll(() => seen().length).toBe(200)
  expect(batches().length).toBeLessThan(100)
})

test('watch.directory: takes options before or after the function', async () => {
  mkdirSync(dir.at('w/sub'))
  await t.run(`
    one, two = {}, {}
    watch.directory('w', { recursive = false, pattern = '*.lua' }, function(events)
      for _, e in ipairs(events) do one[#one + 1] = e.path:match('[^/]+$') end
    end)
    watch.directory('w', function(events)
      for _, e in ipairs(events) do two[#two + 1] = e.path:match('[^/]+$') end
    end, { pattern = '{init,x*}.{lua,md}', recursive = true })
    watch.directory('w', seen)`)
  await watching()
  await t.run('one, two = {}, {}')
  for (const name of ['init.lua', 'b.lua', 'x1.md', 'c.txt', 'sub/init.lua', 'sub/d.lua']) {
    writeFileSync(dir.at('w', name), '')
  }
  await expect.poll(() => seen().length).toBe(6)
  await expect.poll(() => (t.vm.getGlobal('two') as string[]).toSorted()).toEqual(['init.lua', 'init.lua', 'x1.md'])
  await expect.poll(() => (t.vm.getGlobal('one') as string[]).toSorted()).toEqual(['b.lua', 'init.lua'])
})

test('watch.directory: does not look at what it is told to ignore', async () => {
  for (const name of ['.git/objects', 'src/node_modules']) mkdirSync(dir.at('w', name), { recursive: true })
  await t.run("watch.directory('w', seen, { ignore = { '.git', 'node_modules', 'skipped' } })")
  await watching()
  for (const name of ['.git/objects/a', 'src/node_modules/b', 'src/skipped', 'src/c'])
    writeFileSync(dir.at('w', name), '')
  await expect.poll(seen).toContain('create w/src/c')
  await quiet()
  expect(seen()).toEqual(['create w/src/c'])
})

test('watch.stop, watch.unwatch: end a watch and say whether there was one', async () => {
  await t.run(`
    a = watch.directory('w', seen)
    b = watch.directory('w', function() error('still called') end)`)
  expect(await t.run('return watch.stop(b), watch.stop(b), watch.unwatch(b)')).toEqual([true, false, false])
  await watching()
  expect(await t.run('return watch.unwatch(a), watch.unwatch(a)')).toEqual([true, false])
  expect(t.errors).toEqual([])
})

test('watch.directory: a watch goes with its owner, and nothing stays open', async () => {
  const inotify = () =>
    readdirSync('/proc/self/fdinfo').reduce((sum, fd) => {
      try {
        return sum + (readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8').match(/^inotify /gm)?.length ?? 0)
      } catch {
        return sum
      }
    }, 0)
  const before = process.platform === 'linux' ? inotify() : 0
  await t.vm.run("watch.directory('w', function(events) mine = true end)", { owner: 'plugin.p', chunkName: 'p' })
  await t.run("watch.directory('w', seen)")
  await watching()
  t.vm.releaseOwner('plugin.p')
  await t.run('mine = nil')
  writeFileSync(dir.at('w/x'), '')
  await expect.poll(seen).toContain('create w/x')
  expect(t.vm.getGlobal('mine')).toBe(undefined)
  t.vm.close()
  if (process.platform === 'linux') await expect.poll(inotify).toBeLessThanOrEqual(before)
})

test('watch.directory: an error in the callback is reported and the watch goes on', async () => {
  await t.run("watch.directory('w', function(events) seen(events) error('oops') end)")
  await watching()
  expect(t.errors[0]).toMatchObject({ owner: 'test', message: 'test.lua:1: oops' })
})

test('watch.directory, watch.stop and watch.unwatch: wrong arguments raise and name the function', async () => {
  const cases: Record<string, string> = {
    "watch.directory('w')": "bad argument #2 to 'watch.directory' (function or table expected, got no value)",
    "watch.directory('w', {})": "bad argument #2 to 'watch.directory' (function expected, got table)",
    'watch.directory(5 > 4, print)': "bad argument #1 to 'watch.directory' (string expected, got boolean)",
    "watch.directory('', print)": 'bad argument #1 to \'watch.directory\' (path expected, got "")',
    "watch.directory('w', print, print)": "bad argument #3 to 'watch.directory' (table expected, got function)",
    "watch.directory('w', print, { poll = 1 })": 'poll: boolean expected, got number',
    "watch.directory('w', { pattern = 5 }, print)":
      "bad argument #2 to 'watch.directory' (pattern: string expected, got number)",
    "watch.directory('w', print, { poll_interval = 0 })": 'poll_interval: more than 0 expected, got 0',
    "watch.directory('w', print, { ignore = 'x' })": 'ignore: list of names expected, got string',
    "watch.directory('w', print, { ignore = { 5 } })": 'ignore: list of names expected, got a list with a number',
    "watch.stop('x')": "bad argument #1 to 'watch.stop' (integer expected, got string)",
    'watch.unwatch()': "bad argument #1 to 'watch.unwatch'",
  }
  for (const [call, problem] of Object.entries(cases)) await expect(t.run(call), call).rejects.toThrow(problem)
})

test('Changes of one file within a batch are one, and a deletion waits a batch for a replacement', () => {
  const batch = new Batch()
  const steps: [string, 'create' | 'modify' | 'delete', string][] = [
    ['temporary', 'create', '1'],
    ['temporary', 'delete', '1'],
    ['new', 'create', '2'],
    ['new', 'modify', '2'],
    ['changed', 'modify', '3'],
    ['changed', 'modify', '3'],
    ['replaced', 'delete', '4'],
    ['replaced', 'create', '5'],
    ['gone', 'delete', '6'],
    ['before', 'delete', '7'],
    ['after', 'create', '7'],
  ]
  for (const step of steps) batch.add(...step)
  expect(batch.take()).toEqual([
    { path: 'new', kind: 'create' },
    { path: 'changed', kind: 'modify' },
    { path: 'replaced', kind: 'modify' },
    { path: 'after', kind: 'rename', from: 'before' },
  ])
  expect(batch.isEmpty).toBe(false)
  expect(batch.take()).toEqual([{ path: 'gone', kind: 'delete' }])
  batch.add('late', 'delete', '8')
  expect(batch.take()).toEqual([])
  batch.add('late', 'create', '9')
  expect(batch.take()).toEqual([{ path: 'late', kind: 'modify' }])
  expect(batch.isEmpty).toBe(true)
})
