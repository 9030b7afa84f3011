import { existsSync, readdirSync } from 'node:fs'
import { expect, test } from 'vitest'
import { fileFailure } from '../../../lua/modules/fs/failures.ts'
import { fsModule } from '../../../lua/modules/fs/index.ts'
import { expectExamplesToRun } from '../examples.ts'
import { fsForEachTest } from './support.ts'

const here = fsForEachTest()

test('fs: every example of the reference runs', async () => {
  const before = `
    fs.write('settings.json', '{}') fs.write('notes/today.md', '') fs.write('notes/old.md', '')
    fs.write('draft.md', '') fs.write('notes.md', '') fs.mkdir('build/deep')`
  await expectExamplesToRun(here.t, fsModule({ base: here.dir.path }), before)
})

test('fs: every error of the system is said in words', () => {
  for (const code of 'ENOENT EACCES EPERM EISDIR ENOTDIR EEXIST ENOTEMPTY ENOSPC EDQUOT EROFS EMFILE ENFILE ELOOP ENAMETOOLONG EXDEV EBUSY EIO EFAULT ENOMEM'.split(
    ' ',
  )) {
    const { message, fields } = fileFailure('write', '/x', Object.assign(new Error('raw'), { code }))
    expect(message).toMatch(new RegExp(`^cannot write /x: [a-z][^()]+ \\(${code}\\)$`))
    expect(fields).toMatchObject({ code, path: '/x', kind: expect.any(String) })
  }
  expect(() => fileFailure('write', '/x', new TypeError('a bug'))).toThrow('a bug')
})

test('fs: nothing stays open, whatever failed', async () => {
  if (!existsSync('/proc/self/fd')) return
  const open = () => readdirSync('/proc/self/fd').length
  const before = open()
  await here.t.run(`
    fs.write('sub/file', ('x'):rep(1e6))
    for i = 1, 20 do
      for _, w in ipairs({ {}, { within = 'sub' } }) do
        fs.read('file', w) fs.read('missing/x', w) fs.read('.', w) fs.write('.', 'x', w) fs.write('file/x', 'x', w)
        fs.listdir('file', w) fs.copy('file', '.', w) fs.copy('file', 'file/x', w) fs.rmdir('file', w)
        fs.rename('file', 'missing/../x', w)
      end
    end`)
  expect(open()).toBeLessThanOrEqual(before) // a process of another test may just have let go of its pipe
})
