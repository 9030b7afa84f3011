import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { expect, test } from 'vitest'
import { botsterBinary } from './harness/binary.ts'
import { killMarked } from './harness/processes.ts'
import { World } from './harness/world.ts'

test('What an agent asks is announced in the UI and answered there', async () => {
  await using world = new World()
  await world.newAgent('one', 'sleep 1000')
  const ui = world.open()
  await ui.waitFor(/Agents \(1\)/)
  const client = new Client({ name: 'test', version: '1' })
  const options = { command: botsterBinary(), args: ['mcp-serve'], cwd: world.repository, env: world.env }
  await client.connect(new StdioClientTransport(options))
  const asking = client.callTool({
    name: 'ask_human',
    arguments: {
      question: `Which colour? ${'It has to go with all the others. '.repeat(5)}Choose well.`,
      choices: ['red', 'blue'],
    },
  })
  await ui.waitFor(/asks: Which colour\?/)
  ui.keys('ctrl+p')
  await ui.waitFor(/Palette/)
  ui.type('answer a question')
  await ui.waitFor(/> Answer a question of an agent/)
  ui.keys('enter')
  await ui.waitFor(/Choose well\.[\s\S]*red[\s\S]*blue/)
  ui.keys('down', 'enter')
  expect(await asking).toMatchObject({ content: [{ text: 'blue' }] })
  await client.close()
})

test('After a reboot the UI offers to restore what was lost', async () => {
  await using world = new World()
  await world.newAgent('one', 'echo here again; sleep 1000')
  await world.screenOf('one', /here again/)
  await killMarked(world.directory)
  for (const name of readdirSync(world.runtimeDirectory))
    rmSync(join(world.runtimeDirectory, name), { recursive: true })
  const ui = world.open()
  await ui.waitFor(/One agent was ended, as by a reboot/)
  ui.keys('enter')
  await ui.waitFor(/here again/)
  expect((await world.agent('one')).status).toBe('running')
})
