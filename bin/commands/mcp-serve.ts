import type { Command } from 'commander'
import { defineCommand } from '../command.ts'

export function command(): Command {
  return defineCommand('mcp-serve')
    .description('offer the hub to an agent by the Model Context Protocol, on standard input and output')
    .option('--http', 'print where the hub offers the same by HTTP, and end')
    .addHelpText(
      'after',
      `
For the settings of a client, for example:
  claude mcp add botster -- botster mcp-serve

Started inside an agent's session it acts as that agent (BOTSTER_AGENT_TOKEN), elsewhere as you.`,
    )
    .action(serve)
}

async function serve({ http = false }: { http?: boolean }): Promise<void> {
  const { findPlace } = await import('../place.ts')
  const place = await findPlace()
  if (http) {
    const { readFile } = await import('node:fs/promises')
    const { join } = await import('node:path')
    const { requireHub } = await import('../connect.ts')
    const { print } = await import('../output.ts')
    using _connection = await requireHub(place, { role: 'cli', start: 'needed' })
    return print((await readFile(join(place.paths.directory, 'mcp.json'), 'utf8')).trim())
  }
  const { serveMcp } = await import('../mcp/serve.ts')
  await serveMcp(place)
}
