import { expect, test } from 'vitest'
import { nameFromUrl, shortName } from '../../../hub/git/repository-name.ts'
import { makeRepository } from '../support/repository.ts'

test.each([
  ['https://github.com/owner/name.git', 'owner/name'],
  ['https://user:secret@host.example:8443/group/sub/name', 'sub/name'],
  ['git@github.com:owner/name.git', 'owner/name'],
  ['ssh://git@host:2222/owner/name.git', 'owner/name'],
  ['host:name.git', 'name'],
  ['/srv/git/name.git', 'name'],
  ['../name', 'name'],
  ['file:///srv/git/name.git/', 'name'],
])('The repository behind %s is called %s', (url, name) => {
  expect(nameFromUrl(url)).toBe(name)
})

test.each([
  ['owner/na:me@x', 'na-me-x'],
  ['owner/.hidden', 'hidden'],
  ['--x', 'x'],
  ['проект', 'проект'],
  ['///', 'repository'],
])('What begins the directory of a worktree is fit for a file name: %s', (repo, name) => {
  expect(shortName(repo)).toBe(name)
})

test('Without a remote the directory gives the name', async () => {
  await using repository = await makeRepository({ name: 'my app' })
  expect(await repository.worktrees.detectRepo()).toBe('my app')
  expect(await repository.worktrees.repoName()).toBe('my-app')
  await repository.git(['remote', 'add', 'origin', 'git@example.com:acme/app.git'])
  expect(await repository.worktrees.detectRepo()).toBe('acme/app')
})
