import { expect, it } from 'vitest'
import { logModule } from '../../../lua/modules/index.ts'
import { newVm } from '../support.ts'

it('log.info: what cannot be written down raises', async () => {
  await using t = await newVm({ modules: [logModule(() => undefined)] })
  await expect(t.run('log.info(coroutine.create(print))')).rejects.toThrow(
    "bad argument #1 to 'log.info' (a coroutine cannot leave Lua)",
  )
})

it('log.debug, log.info, log.warn, log.error: messages carry level and owner, and tables are written as JSON', async () => {
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
