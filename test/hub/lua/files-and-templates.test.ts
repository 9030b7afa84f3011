import { existsSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type HubClient, hubClient } from '../../modules/support/hub-client.ts'
import { makeWorld, type World } from './world.ts'

let world: World
let tui: HubClient
beforeAll(async () => {
  world = await makeWorld()
  tui = await hubClient(world, 'tui')
  tui.send({ type: 'subscribe', channel: 'hub', subscriptionId: 'hub' })
  await tui.hear('subscribed')
})
afterAll(async () => {
  tui[Symbol.dispose]()
  await world[Symbol.asyncDispose]()
})

let requests = 0
/** What a client gets for a command. */
async function ask(type: string, fields: Record<string, unknown>, answer = type): Promise<Record<string, unknown>> {
  const request_id = ++requests
  tui.send({ subscriptionId: 'hub', type, request_id, ...fields })
  return tui.hear(answer, (data) => data.request_id === request_id)
}

describe('A client reads and writes files', () => {
  test('of the user’s directory, with an answer of the command’s own name', async () => {
    expect(await ask('fs:write', { path: 'notes/a.txt', content: 'one' })).toMatchObject({ path: 'notes/a.txt' })
    expect(readFileSync(join(world.userDirectory, 'notes/a.txt'), 'utf8')).toBe('one')
    expect(await ask('fs:read', { path: 'notes/a.txt' })).toMatchObject({ content: 'one', root: 'user' })
    expect(await ask('fs:list', { path: '' })).toMatchObject({
      entries: expect.arrayContaining([{ name: 'notes', is_dir: true }]),
    })
    expect(await ask('fs:stat', { path: 'nothing' })).toMatchObject({ stat: { exists: false } })
    await ask('fs:rename', { path: 'notes/a.txt', to: 'notes/deep/b.txt' })
    await ask('fs:mkdir', { path: 'notes/empty' })
    expect(await ask('fs:list', { path: 'notes/empty' })).toMatchObject({ entries: [] })
    await ask('fs:delete', { path: 'notes/deep/b.txt' })
    await ask('fs:rmdir', { path: 'notes' })
    expect(existsSync(join(world.userDirectory, 'notes'))).toBe(false)
  })

  test('of the repository and of an agent’s worktree', async () => {
    expect(await ask('fs:read', { root: 'repo', path: 'README.md' })).toMatchObject({ root: 'repo' })
    const agent = await world.command<{ key: string; worktree_path: string }>('create_agent', {
      branch: 'topic',
      command: 'cat',
    })
    await ask('fs:write', { agent: agent.key, path: 'new.txt', content: 'x' })
    expect(readFileSync(join(agent.worktree_path, 'new.txt'), 'utf8')).toBe('x')
  })

  test('and nothing else: no way leads out', async () => {
    symlinkSync('/etc', join(world.userDirectory, 'out'))
    writeFileSync(join(world.repository.directory, 'secret'), 's')
    for (const path of ['/etc/passwd', '../secret', 'out/passwd', 'a/../../secret', 'a\0b']) {
      expect(await ask('fs:read', { path }, 'error')).toMatchObject({ command: 'fs:read' })
      expect(await ask('fs:write', { path, content: 'x' }, 'error')).toMatchObject({ command: 'fs:write' })
    }
    expect(await ask('fs:read', { path: 5 }, 'error')).toMatchObject({
      message: 'fs:read: path: text expected, got a number',
    })
    expect(await ask('fs:read', { path: 'x', root: '/' }, 'error')).toMatchObject({
      message: expect.stringContaining("root: expected user or repo, got '/'"),
    })
    expect(await ask('fs:read', { path: 'x', agent: 'nobody' }, 'error')).toMatchObject({ command: 'fs:read' })
  })
})

test('A client installs a template and takes it away again, each time with a template:response', async () => {
  const respond = (type: string, fields: object = {}) => ask(type, { ...fields }, 'template:response')
  expect(await respond('template:list')).toMatchObject({
    command: 'template:list',
    templates: expect.arrayContaining([expect.objectContaining({ name: 'sessions/example', state: 'available' })]),
  })
  expect(await respond('template:install', { template: 'sessions/example' })).toMatchObject({
    command: 'template:install',
    files: ['shared/sessions/example/initialization', 'shared/sessions/example/port_forward'],
  })
  expect(await world.command('list_session_types')).toMatchObject({
    session_types: expect.arrayContaining([expect.objectContaining({ name: 'example' })]),
  })
  expect(await respond('template:install', { template: 'sessions/example' })).toMatchObject({ kind: 'exists' })
  expect(await respond('template:uninstall', { template: 'sessions/example' })).toMatchObject({
    files: expect.arrayContaining(['shared/sessions/example/initialization']),
  })
  expect(await respond('template:install', { template: 'x' })).toMatchObject({ kind: 'no_template' })
  expect(await respond('template:install')).toMatchObject({ message: expect.stringContaining('name: text expected') })
})

test('A client asks for a newer version and hears how it stands, or why that cannot be told', async () => {
  await world.eval(`
    update.check = function() return { available = true, status = 'available', current = '1.0.0', latest = '1.1.0' } end
    update.install = function() return { success = false, error = 'not installed with npm', kind = 'unsupported' } end`)
  expect(await ask('check_update', {}, 'update_status')).toMatchObject({ available: true, latest: '1.1.0' })
  expect(await ask('install_update', {}, 'update_error')).toMatchObject({
    command: 'install_update',
    kind: 'unsupported',
    message: 'not installed with npm',
  })
  await world.eval(`update.install = function() return { success = true, version = '1.1.0', changed = true } end`)
  expect(await ask('install_update', {}, 'update_status')).toMatchObject({ success: true, version: '1.1.0' })
})
