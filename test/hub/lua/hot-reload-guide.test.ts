import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { packageRoot } from '../../../protocol/paths.ts'
import { makeWorld, until, type World } from './world.ts'

const guide = readFileSync(join(packageRoot(), 'docs/guides/hot-reload.md'), 'utf8')
const snippets = Object.fromEntries(
  [...guide.matchAll(/^```lua\n-- (\S+\.lua|in `botster lua`)\n([\s\S]*?)^```$/gm)].map(([, name = '', text = '']) => [
    name,
    text,
  ]),
)

let world: World
beforeAll(async () => {
  const files = Object.fromEntries(Object.entries(snippets).filter(([name]) => name.endsWith('.lua')))
  world = await makeWorld({ files })
  for (const file of Object.keys(files)) await world.eval(`require('${file.replace('.lua', '')}')`)
})
afterAll(() => world[Symbol.asyncDispose]())

const reload = (name: string) => world.eval(`assert(loader.reload('${name}'))`)

test('Every piece of code in the guide is in a file or typed into botster lua', () => {
  expect(Object.keys(snippets)).toEqual(['greeter.lua', 'counter.lua', 'queue.lua', 'server.lua', 'in `botster lua`'])
  expect([...guide.matchAll(/^```\w/gm)]).toHaveLength(5)
})

test('However often greeter.lua is saved, there is one command, one timer, and whoever holds it has the newest', async () => {
  await world.eval("held = require('greeter')")
  const count = 'return owners.count(loader.owner("greeter")).registrations'
  const before = await world.eval(count)
  for (let i = 0; i < 5; i++) {
    await world.writeLua('greeter.lua', snippets['greeter.lua']!.replaceAll('hello', `hello ${i}`))
    await reload('greeter')
  }
  expect(await world.command('greet')).toEqual({ said: 'hello 4' })
  expect(await world.eval('return held.word()')).toBe('hello 4')
  expect(await world.eval(count)).toBe(before)
})

test('What counter.lua counted survives', async () => {
  await world.eval('hooks.notify("ping")')
  await reload('counter')
  await world.eval('hooks.notify("ping")')
  expect(await world.eval("return require('hub.state').get('counter.counts').seen")).toBe(2)
})

test('Objects of queue.lua get the new methods, and lose those that are gone', async () => {
  await world.eval("line = require('queue').new() line:add('a') line:add('b')")
  await world.writeLua(
    'queue.lua',
    snippets['queue.lua']!.replace('Queue:first()\n  return self[1]', 'Queue:last()\n  return self[#self]'),
  )
  await reload('queue')
  expect(await world.eval('return line:last() .. tostring(line.first)')).toBe('bnil')
})

test('server.lua is told before and after', async () => {
  const logged = (text: string) => world.log.some(({ msg }) => msg === text)
  await reload('server')
  await until(() => logged('the old version says goodbye') && logged('the new version is at work'))
})

test('What is typed by hand works, and a failed version is told of', async () => {
  const lines = snippets['in `botster lua`']!.trim().split('\n')
  for (const line of lines) await world.eval(`return type(${line.replace(/\s*--.*$/, '')})`)
  const said = await world.command('greet')
  await world.writeLua('greeter.lua', 'error("oops")')
  expect(await world.eval("loader.reload('greeter') return loader.failure('greeter').message")).toMatch(
    /greeter\.lua:1: oops/,
  )
  expect(await world.command('greet')).toEqual(said)
})
