import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readTail } from '../../bin/log-tail.ts'
import { temporaryDirectory } from './temporary-directory.ts'

describe('the tail of a log', () => {
  test('shows the text of JSON lines and other lines as they are', () => {
    using directory = temporaryDirectory()
    const file = join(directory.path, 'hub.log')
    writeFileSync(file, '{"level":30,"msg":"starting"}\nplain words\n{"msg":"failed","error":{"message":"no space"}}\n')
    expect(readTail(file)).toBe('starting\n  plain words\n  failed: no space')
  })

  test('leaves out what earlier runs wrote', () => {
    using directory = temporaryDirectory()
    const file = join(directory.path, 'hub.out')
    writeFileSync(file, 'old\nnew\n')
    expect(readTail(file, 4)).toBe('new')
  })

  test('is empty when there is no log', () => {
    expect(readTail('/nonexistent/hub.log')).toBe('')
  })
})
