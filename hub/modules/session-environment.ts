import { delimiter, join } from 'node:path'
import { packageRoot } from '../../protocol/paths.ts'
import { BLOCK_SIZE } from '../agents/block-size.ts'
import { terminalNeutral } from '../environment.ts'

export interface SessionFacts {
  readonly hubId: string
  readonly agentKey?: string
  readonly worktreePath?: string
  readonly port?: number
  readonly agentId?: string
  readonly sessionName?: string
  readonly slug?: string
  /** What opens the MCP endpoint as this agent, and where that is. */
  readonly token?: string
  readonly mcpUrl?: string
  /** First port of the agent's block. */
  readonly portBase?: number | null
}

/**
 * The environment of a session: that of whoever created it, without what described their terminal, plus what describes
 * the new one and what tells programs where they are.
 */
export function sessionEnvironment(
  base: Readonly<Record<string, string>>,
  facts: SessionFacts,
): Record<string, string> {
  const env: Record<string, string> = {
    ...terminalNeutral(base),
    TERM: 'xterm-256color',
    COLORTERM: 'truecolor',
    BOTSTER_HUB_ID: facts.hubId,
    PATH: withBotster(base.PATH),
  }
  if (facts.agentKey !== undefined) env.BOTSTER_AGENT_KEY = facts.agentKey
  if (facts.worktreePath !== undefined) env.BOTSTER_WORKTREE_PATH = facts.worktreePath
  if (facts.agentId !== undefined) env.BOTSTER_AGENT_ID = facts.agentId
  if (facts.sessionName !== undefined) env.BOTSTER_SESSION = facts.sessionName
  if (facts.slug !== undefined) env.BOTSTER_SLUG = facts.slug
  if (facts.token !== undefined) env.BOTSTER_AGENT_TOKEN = facts.token
  if (facts.mcpUrl !== undefined) env.BOTSTER_MCP_URL = facts.mcpUrl
  return { ...env, ...portVariables(facts) }
}

/** PORT, PORT_1 … PORT_9: the agent's block; a session with a port of its own has that as PORT. */
function portVariables({ port, portBase }: SessionFacts): Record<string, string> {
  const env: Record<string, string> = {}
  if (typeof portBase === 'number') {
    env.PORT = String(portBase)
    for (let number = 1; number < BLOCK_SIZE; number++) env[`PORT_${number}`] = String(portBase + number)
  }
  if (port !== undefined) env.PORT = String(port)
  return env
}

/** So that an agent that calls `botster` reaches this installation, also when the user runs it by its path. */
function withBotster(path: string | undefined): string {
  const bin = join(packageRoot(), 'bin')
  const directories = path ? path.split(delimiter) : ['/usr/local/bin', '/usr/bin', '/bin']
  return directories.includes(bin) ? directories.join(delimiter) : [...directories, bin].join(delimiter)
}
