import { describe, expect, test } from 'vitest'
import { isAlive, kill } from './harness/processes.ts'
import type { Agent } from './harness/shapes.ts'
import { until } from './harness/until.ts'
import { World } from './harness/world.ts'

const DEATHS = 100
const MINUTES = 60_000

/** Prints numbered lines without end, and what it is told in between. */
const COUNTER = `#!/bin/sh
stty -echo
(i=0; while :; do i=$((i+1)); echo "line $i"; sleep 0.1; done) &
while read word; do echo "heard $word"; done
`

/** Numbers of the lines in what a screen and its history show. */
function lineNumbers(text: string): number[] {
  return [...text.matchAll(/^line (\d+)$/gm)].map(([, number]) => Number(number))
}

/** Some seconds: enough for an answer to be seen before what is printed pushes it off, however slow the machine is for a while. */
const TALL = { rows: 60 }

function isGapless(numbers: readonly number[]): boolean {
  return numbers.every((number, at) => at === 0 || number === numbers[at - 1]! + 1)
}

/** What must be the same before and after. */
function identity({ id, key, name, branch, worktree, sessions }: Agent): unknown {
  return { id, key, name, branch, worktree, pids: sessions.map(({ pid }) => pid) }
}

describe('the death of a hub', () => {
  test(
    `${DEATHS} times in a row costs an attached client and its agent nothing`,
    async () => {
      await using world = new World()
      await world.newAgent('count', world.script('count', COUNTER))
      await world.botster('rename', 'count', 'the counter')
      const before = await world.agents()
      const terminal = world.open(['attach'], TALL)
      await terminal.waitFor(/line \d+/)
      let { pid } = (await world.status()).hub
      for (let death = 1; death <= DEATHS; death++) {
        kill(pid, 'SIGKILL')
        terminal.type(`word${death}\r`)
        await terminal.waitFor(`heard word${death}`)
        pid = await until(() => world.hubPid(pid), { what: 'another hub, started by the client' })
      }
      expect((await world.agents()).map(identity)).toEqual(before.map(identity))
      const numbers = lineNumbers(await world.botster('screen', 'the counter', '--history', '100000'))
      expect(numbers.length).toBeGreaterThan(DEATHS)
      expect(numbers[0]).toBe(1)
      expect(isGapless(numbers)).toBe(true)
    },
    10 * MINUTES,
  )

  test('without a client, the next command brings it back with all agents, keys and names', async () => {
    await using world = new World()
    await world.newAgent('one', 'cat')
    await world.newAgent('two', 'cat', '--name', 'second')
    const before = await world.agents()
    const { hub, ptyhost } = await world.status()
    kill(hub.pid, 'SIGKILL')
    await until(() => !isAlive(hub.pid), { what: 'the hub to be dead' })
    expect((await world.agents()).map(identity)).toEqual(before.map(identity))
    const after = await world.status()
    expect(after.hub.pid).not.toBe(hub.pid)
    expect(after.ptyhost?.pid).toBe(ptyhost?.pid)
    await world.botster('send', 'second', 'still there', '--enter')
    await world.screenOf('second', /still there\nstill there/)
  })

  test('the client goes on switching between agents while there is no hub', async () => {
    await using world = new World()
    await world.newAgent('one', 'echo first program; cat')
    await world.newAgent('two', 'echo second program; cat')
    const terminal = world.open(['attach'])
    await terminal.waitFor(/(first|second) program/)
    const { hub } = await world.status()
    kill(hub.pid, 'SIGKILL')
    const [here, there] = terminal.text().includes('first program') ? ['first', 'second'] : ['second', 'first']
    terminal.keys('ctrl+j')
    await terminal.waitFor(`${there} program`)
    terminal.type('hello\r')
    await terminal.waitFor(/hello[\s\S]*hello/)
    terminal.keys('ctrl+k')
    await terminal.waitFor(`${here} program`)
  })
})

describe('botster restart', () => {
  test('changes the hub and nothing else', async () => {
    await using world = new World()
    await world.newAgent('count', world.script('count', COUNTER))
    const terminal = world.open(['attach'], TALL)
    await terminal.waitFor(/line \d+/)
    const before = await world.agents()
    const { hub, ptyhost } = await world.status()
    for (let time = 1; time <= 5; time++) {
      await world.botster('restart')
      terminal.type(`word${time}\r`)
      await terminal.waitFor(`heard word${time}`)
    }
    const after = await world.status()
    expect(after.hub.pid).not.toBe(hub.pid)
    expect(after.ptyhost).toEqual(ptyhost)
    expect((await world.agents()).map(identity)).toEqual(before.map(identity))
    await until(async () => (await world.status()).clients === 1, { what: 'the client to be back' })
    const numbers = lineNumbers(await world.botster('screen', 'count', '--history', '100000'))
    expect(isGapless(numbers)).toBe(true)
  })

  test('replaces a hub of another protocol version, which other commands refuse with that advice', async () => {
    await using world = new World()
    await world.botster('start', '--headless')
    await world.botster('stop', '--yes')
    const old = world.script('old-hub.mjs', OLD_HUB)
    const terminal = world.openProgram(process.execPath, [old, world.sockets().hub])
    await terminal.waitFor('serving')
    const refused = await world.run(['list'])
    expect(refused.status).toBe(1)
    expect(refused.stderr).toContain('botster restart')
    await world.botster('restart')
    await terminal.exited
    expect(await world.agents()).toEqual([])
  })
})

/** Says hello as a hub of protocol 0 would. */
const OLD_HUB = `
import { createServer } from 'node:net'
import { rmSync } from 'node:fs'
const body = Buffer.concat([Buffer.from([0x85]), ...Object.entries({ type: 'hello', version: '0.0.1', role: 'hub' }).flatMap(
  ([key, value]) => [Buffer.from([0xa0 | key.length]), Buffer.from(key), Buffer.from([0xa0 | value.length]), Buffer.from(value)],
), Buffer.from([0xa8]), Buffer.from('protocol'), Buffer.from([0]), Buffer.from([0xa3]), Buffer.from('pid'), Buffer.from([0xce])])
const pid = Buffer.alloc(4)
pid.writeUInt32BE(process.pid)
const length = Buffer.alloc(4)
length.writeUInt32LE(body.length + 4)
rmSync(process.argv[2], { force: true })
createServer((socket) => {
  socket.on('error', () => {})
  socket.write(Buffer.concat([length, body, pid]))
}).listen(process.argv[2], () => console.log('serving'))
`
