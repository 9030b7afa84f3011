import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { plainRoot } from '../../../hub/git/plain-root.ts'
import { findRoot } from '../../../hub/git/root.ts'
import { temporaryDirectory } from '../support/directory.ts'
import { git, makeRepository } from '../support/repository.ts'

test('The usual layouts are recognised, and git finds the same root', async () => {
  await using repository = await makeRepository({ name: ' we ird "проект"' })
  await using outside = await temporaryDirectory()
  const { root, directory } = repository
  const linked = join(directory, 'linked')
  const link = join(directory, 'link')
  await repository.git(['worktree', 'add', '-q', '-b', 'other', linked])
  mkdirSync(join(linked, 'deep/er'), { recursive: true })
  symlinkSync(root, link)
  for (const cwd of [root, join(root, 'src'), linked, join(linked, 'deep/er'), join(link, 'src')]) {
    expect(plainRoot(cwd)).toBe(root)
    expect((await findRoot(cwd)).root).toBe(root)
  }
  expect(plainRoot(outside.path)).toBe(outside.path)
})

test('Whatever is unusual is left to git', async () => {
  await using repository = await makeRepository()
  await using library = await makeRepository()
  const { root, directory } = repository
  const at = (name: string) => join(directory, name)
  await repository.git(['clone', '-q', '--bare', root, at('bare.git')])
  await git(['worktree', 'add', '-q', '-b', 'other', at('of-bare')], at('bare.git'))
  await repository.git(['clone', '-q', '--separate-git-dir', at('separate.git'), root, at('separated')])
  await repository.git(['-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', library.root, 'lib'])
  await repository.git(['clone', '-q', root, at('elsewhere')])
  await git(['config', 'core.worktree', at('bare.git')], at('elsewhere'))
  mkdirSync(at('broken/.git'), { recursive: true })
  mkdirSync(at('lying'))
  writeFileSync(at('lying/.git'), `gitdir: ${at('nowhere')}/.git/worktrees/x\n`)
  const unusual = ['bare.git', 'of-bare', 'separated', 'elsewhere', 'broken', 'lying', 'nowhere'].map(at)
  for (const cwd of [...unusual, join(root, 'lib'), join(root, '.git'), join(root, '.git/refs')]) {
    expect([cwd, plainRoot(cwd)]).toEqual([cwd, undefined])
  }
})
