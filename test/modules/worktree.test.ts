import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { hubModuleDescriptions } from '../../hub/modules/index.ts'
import { makeWorld, until, type World } from '../hub/lua/world.ts'
import { expectExamplesToRunIn } from './support/examples.ts'

let world: World
beforeAll(async () => {
  world = await makeWorld()
})
afterAll(() => world[Symbol.asyncDispose]())

const at = (name: string) => join(world.repository.base, `project-${name}`)
/** What a call that fails as expected gives. */
const failing = (call: string) =>
  world.eval<{ kind: string; message: string }>(
    `local v, m, e = ${call} assert(v == nil) return { kind = e.kind, message = m }`,
  )

test('worktree.repo_root, worktree.is_git_repo, worktree.base and worktree.repo_name: say where the hub is', async () => {
  const { root, base } = world.repository
  const call = 'return { worktree.repo_root(), worktree.is_git_repo(), worktree.base(), worktree.repo_name() }'
  expect(await world.eval(call)).toEqual([root, true, base, 'project'])
})

test('worktree.create: makes a worktree for a new branch, which the others then know', async () => {
  const made = await world.eval('return worktree.create{ branch = "one", prompt = "Fix it", metadata = { issue = 7 } }')
  expect(made).toMatchObject({ path: at('one'), branch: 'one' })
  expect(await world.repository.git(['branch', '--show-current'], at('one'))).toBe('one')
  expect(JSON.parse(await readFile(join(at('one'), '.botster/context.json'), 'utf8'))).toMatchObject({
    prompt: 'Fix it',
    metadata: { issue: 7 },
  })
})

test('worktree.list, worktree.find, worktree.containing and worktree.exists: find worktrees', async () => {
  await world.eval('worktree.create{ branch = "two" }')
  const list = await world.eval<{ branch: string; is_main: boolean }[]>('return worktree.list()')
  expect(list[0]).toMatchObject({ path: world.repository.root, branch: 'main', is_main: true, in_base: false })
  expect(list.map(({ branch }) => branch)).toContain('two')
  const found = await world.eval(`
    local path = worktree.find("two")
    local inside = worktree.containing(path .. "/deep/er/file.txt")
    return { path, worktree.find("none") == nil, inside.branch, worktree.containing("/") == nil,
      worktree.exists(path), worktree.exists(path .. "/deep"), worktree.exists("/none") }`)
  expect(found).toEqual([at('two'), true, 'two', true, true, false, false])
})

test('worktree.create: says why it cannot', async () => {
  expect((await failing('worktree.create{ branch = "main" }')).message).toContain(world.repository.root)
  expect((await failing('worktree.create{ branch = "bad..name" }')).message).toContain('bad..name')
  expect((await failing('worktree.create{ branch = "x", from = "nowhere" }')).message).toContain('nowhere')
  for (const [options, problem] of [
    ['{}', 'branch'],
    ['{ branch = 5 }', 'branch'],
    ['{ branch = "x", form = "main" }', 'form'],
  ]) {
    await expect(world.eval(`worktree.create(${options})`)).rejects.toThrow(
      new RegExp(`bad argument #1 to 'worktree.create' \\(.*${problem}`),
    )
  }
})

test('worktree.create_async: returns at once and tells of the end by an event', async () => {
  await world.eval(`
    made, failed = nil, nil
    events.on("worktree_created", function(event) made = event end)
    events.on("worktree_create_failed", function(event) failed = event end)
    worktree.create_async{ agent_key = "k", branch = "later", prompt = "p", metadata = { a = 1 }, client_rows = 5 }
    worktree.create_async{ agent_key = "k2", branch = "bad..name" }`)
  expect(await until(() => world.eval('return made'), 'worktree_created')).toMatchObject({
    agent_key: 'k',
    branch: 'later',
    path: at('later'),
    prompt: 'p',
    metadata: { a: 1 },
    client_rows: 5,
  })
  expect(await until(() => world.eval('return failed'), 'worktree_create_failed')).toMatchObject({
    agent_key: 'k2',
    error: expect.stringContaining('bad..name'),
  })
  for (const [options, problem] of [
    ['{ branch = "x" }', 'agent_key'],
    ['{ agent_key = "x" }', 'branch or issue_number is missing'],
    ['{ agent_key = "x", issue_number = "7" }', 'issue_number'],
  ]) {
    await expect(world.eval(`worktree.create_async(${options})`)).rejects.toThrow(
      `bad argument #1 to 'worktree.create_async' (${problem}`,
    )
  }
})

test('worktree.create_async: takes the number of an issue for its branch', async () => {
  await world.eval(`
    made = nil
    events.on("worktree_created", function(event) made = event end)
    worktree.create_async{ agent_key = "k", issue_number = 17, prompt = "Fix it" }`)
  expect(await until(() => world.eval('return made'), 'worktree_created')).toMatchObject({
    issue_number: 17,
    branch: 'botster-issue-17',
    path: at('botster-issue-17'),
    prompt: 'Fix it',
  })
})

test('worktree.status, worktree.may_delete, worktree.delete: work that would be lost is named, and stays unless forced', async () => {
  await world.eval('worktree.create{ branch = "work" }')
  await writeFile(join(at('work'), 'notes.txt'), 'mine')
  expect(await world.eval('return worktree.status(worktree.find("work"))')).toMatchObject({
    branch: 'work',
    is_clean: false,
    untracked: ['notes.txt'],
  })
  for (const call of ['may_delete', 'delete']) {
    const refused = await failing(`worktree.${call}(worktree.find("work"))`)
    expect(refused.message).toContain('notes.txt')
  }
  expect(await world.eval('return worktree.may_delete(worktree.find("work"), { force = true })')).toBe(true)
  const gone = await world.eval(
    'return worktree.delete(worktree.find("work"), "work", { force = true, delete_branch = true })',
  )
  expect(gone).toMatchObject({ path: at('work'), deleted_branch: 'work' })
  expect(await world.eval('return worktree.find("work") == nil')).toBe(true)
})

test('worktree.delete: removes nothing but clean worktrees of the base', async () => {
  await world.eval('worktree.create{ branch = "clean" }')
  expect(await failing('worktree.delete(worktree.find("clean"), "main")')).toMatchObject({ kind: 'other_branch' })
  expect((await failing('worktree.delete(worktree.repo_root())')).message).toBeTruthy()
  expect((await failing('worktree.delete("/tmp")')).message).toBeTruthy()
  expect(await world.eval('return worktree.delete(worktree.find("clean"), "clean").path')).toBe(at('clean'))
  expect(await world.repository.git(['branch', '--list', 'clean', '--format=%(refname:short)'])).toBe('clean')
  await expect(world.eval('worktree.delete(worktree.base(), nil, { forced = true })')).rejects.toThrow(
    /bad argument #3 to 'worktree.delete' \(.*forced/,
  )
})

test('worktree.status: says when a path is no worktree', async () => {
  expect((await failing('worktree.status("/")')).message).toBeTruthy()
})

test('worktree.exclusive_commits: names what only this branch holds', async () => {
  await world.eval('worktree.create{ branch = "ahead" }')
  await world.repository.git(['commit', '-q', '--allow-empty', '-m', 'only here'], at('ahead'))
  const commits = await world.eval('return worktree.exclusive_commits("ahead")')
  expect(commits).toEqual([{ hash: expect.stringMatching(/^[0-9a-f]{7,}$/), subject: 'only here' }])
  expect(await world.eval('return #worktree.exclusive_commits("main")')).toBe(0)
  expect((await failing('worktree.exclusive_commits("none")')).message).toContain('none')
})

test('worktree.copy_from_patterns: copies what the patterns name, and raises without them', async () => {
  const { root } = world.repository
  await mkdir(join(root, 'config'), { recursive: true })
  await writeFile(join(root, '.env'), 'KEY=1')
  await writeFile(join(root, 'config/dev.local'), 'x')
  await writeFile(join(root, 'config/dev.shared'), 'y')
  await world.eval('worktree.create{ branch = "copied" } fs.write("includes", "# secrets\\n.env\\nconfig/*.local\\n")')
  const call =
    'return worktree.copy_from_patterns(worktree.repo_root(), worktree.find("copied"), worktree.repo_root() .. "/includes")'
  expect((await world.eval<string[]>(call)).toSorted()).toEqual(['.env', 'config/dev.local'])
  expect(await readFile(join(at('copied'), '.env'), 'utf8')).toBe('KEY=1')
  await expect(world.eval('worktree.copy_from_patterns("/a", "/b", "/none")')).rejects.toThrow('/none cannot be read')
})

test('The examples of the reference run', async () => {
  const { functions } = hubModuleDescriptions().find(({ name }) => name === 'worktree')!
  await expectExamplesToRunIn(world, functions)
})
