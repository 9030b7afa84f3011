import { expect, it } from 'vitest'
import { createEvents, ownersModule, timerModule } from '../../lua/modules/index.ts'
import { isLuaFunction } from '../../lua/vm/index.ts'
import { newVm } from './support.ts'

it('Releasing an owner cancels its coroutines, runs its disposals newest first and lets go of its functions', async () => {
  await using t = await newVm()
  const done: string[] = []
  t.vm.addDisposal('plugin.a', () => done.push('first'))
  t.vm.addDisposal('plugin.a', () => {
    done.push('second')
    throw new Error('disposal failed')
  })
  const forget = t.vm.addDisposal('plugin.a', () => done.push('forgotten'))
  t.vm.addDisposal('plugin.b', () => done.push('other'))
  forget()
  const waiting = t.vm.run('t.never()', { chunkName: 'a', owner: 'plugin.a' })
  const other = t.vm.run('return t.soon(1)', { chunkName: 'b', owner: 'plugin.b' })
  const fn = t.vm.load('return 1', { chunkName: 'a', owner: 'plugin.a' })
  t.vm.releaseOwner('plugin.a')
  expect(done).toEqual(['second', 'first'])
  expect(t.errors).toMatchObject([{ owner: 'plugin.a', message: 'Error: disposal failed' }])
  await expect(waiting).rejects.toMatchObject({
    kind: 'cancelled',
    message: "its owner 'plugin.a' was released while it waited for t.never",
  })
  expect(fn.released).toBe(true)
  expect(await other).toEqual([1])
  t.vm.releaseOwner('plugin.a')
})

it('owners.release: a coroutine that releases its own owner stops at its next wait', async () => {
  await using t = await newVm({ modules: [ownersModule()] })
  const run = t.vm.run("owners.release('me') reached = true t.soon() reached_too = true", {
    chunkName: 'a',
    owner: 'me',
  })
  await expect(run).rejects.toMatchObject({ kind: 'cancelled' })
  expect(t.vm.getGlobal('reached')).toBe(true)
  expect(t.vm.getGlobal('reached_too')).toBeUndefined()
})

it('owners.current: primitives know who calls, in callbacks and after waits too', async () => {
  await using t = await newVm({ modules: [ownersModule()] })
  expect(await t.vm.run('t.soon() return t.owner(), owners.current()', { chunkName: 'a', owner: 'plugin.x' })).toEqual([
    'plugin.x',
    'plugin.x',
  ])
  const fn = t.vm.getGlobal('t.owner')
  if (!isLuaFunction(fn)) throw new Error('expected a function')
  expect(t.vm.callSync(fn, [], { owner: 'somebody' })).toEqual(['somebody'])
  expect(t.vm.withOwner('elsewhere', () => t.vm.currentOwner)).toBe('elsewhere')
  expect(t.vm.currentOwner).toBe('')
})

it('owners.count: says what an owner has, until it is released', async () => {
  const count = "local c = owners.count('p') return c.registrations .. ' ' .. c.coroutines"
  await using t = await newVm({ modules: [ownersModule(), timerModule()] })
  expect(await t.run(count)).toEqual(['0 0'])
  await t.run("owners.call('p', function() timer.every(60, print) timer.after(60, print) end)")
  expect(await t.run(count)).toEqual(['2 0'])
  await t.run("owners.release('p')")
  expect(await t.run(count)).toEqual(['0 0'])
})

it('owners.call: what it runs registers for that owner, waits included', async () => {
  const events = createEvents()
  await using t = await newVm({ modules: [ownersModule(), events.module, timerModule()] })
  const source = `
    local function load_plugin(...)
      events.on('x', function() seen = owners.current() end)
      t.soon()
      timer.after(1000, function() end)
      return owners.current(), ...
    end
    local a, b, c = owners.call('plugin.p', load_plugin, {same = true}, 2)
    local ok = pcall(owners.call, 'plugin.q', error)
    return a, b, c, owners.current(), ok`
  expect(await t.run(source)).toEqual(['plugin.p', { same: true }, 2, 'test', false])
  expect(events.emit('x')).toBe(1)
  expect(t.vm.getGlobal('seen')).toBe('plugin.p')
  t.vm.releaseOwner('plugin.p')
  expect(events.has('x')).toBe(false)
})

it('owners.call, owners.release: wrong arguments raise', async () => {
  await using t = await newVm({ modules: [ownersModule()] })
  await expect(t.run('owners.call(nil, print)')).rejects.toThrow("bad argument #1 to 'owners.call' (string expected")
  await expect(t.run("owners.call('x')")).rejects.toThrow("bad argument #2 to 'owners.call' (function expected")
  await expect(t.run('owners.release()')).rejects.toThrow("bad argument #1 to 'owners.release' (string expected")
})

it('Closing cancels everything, and nothing works afterwards', async () => {
  const t = await newVm()
  const done: string[] = []
  t.vm.addDisposal('x', () => done.push('x'))
  const waiting = t.run('t.never()')
  const fn = t.vm.load('return 1', { chunkName: 'a', owner: 'x' })
  t.vm.close()
  await expect(waiting).rejects.toMatchObject({ kind: 'cancelled' })
  expect(done).toEqual(['x'])
  expect(() => t.vm.callSync(fn, [])).toThrow('closed')
  await expect(t.run('return 1')).rejects.toThrow('closed')
  expect(t.vm.closed).toBe(true)
  t.vm.close()
})

it('Closing from within a primitive lets the call return first', async () => {
  await using t = await newVm()
  t.vm.addDisposal('x', () => undefined)
  using fn = t.vm.load('local x = t.call(...) return x, 1', { chunkName: 'a', owner: 'x' })
  const { defineFunction, defineModule } = await import('../../lua/vm/index.ts')
  await using other = await newVm({
    modules: [
      defineModule({
        name: 'app',
        doc: '',
        functions: { quit: defineFunction({ doc: '', call: ({ vm }) => vm.close() as undefined }) },
      }),
    ],
  })
  expect(other.now('app.quit() local s = 0 for i = 1, 10 do s = s + i end return s')).toEqual([55])
  expect(other.vm.closed).toBe(true)
  expect(fn.released).toBe(false)
})
