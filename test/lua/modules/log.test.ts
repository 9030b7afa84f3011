import { expect, it } from 'vitest'
import { logModule } from '../../../lua/modules/index.ts'
import { newVm } from '../support.ts'

it('Messages carry level and owner, and tables are written as JSON', async () => {
  const lines: string[][] = []
  await using t = await newVm({ modules: [logModule((...line) => lines.push(line))] })
  await t.run("log.debug('a') log.info('b', 1, nil, true, {x = {1}}) log.warn('\\xff') log.error(print)")
  expect(lines).toEqual([
    ['debug', 'a', 'test'],
    ['info', 'b 1 nil true {"x":[1]}', 'test'],
    ['warn', '\ufffd', 'test'],
    ['error', expect.stringMatching(/^function /), 'test'],
  ])
})
