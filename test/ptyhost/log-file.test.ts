import { expect, test } from 'vitest'
import { openLogFile } from '../../hub/ptyhost/log-file.ts'

test.runIf(process.platform === 'linux')('a full disk does not end what the log is of', () => {
  const log = openLogFile('/dev/full', 'ptyhost')
  for (let line = 0; line < 3; line++) expect(() => log.info({ line }, 'written in vain')).not.toThrow()
})
