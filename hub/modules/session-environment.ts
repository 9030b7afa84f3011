import { delimiter, join } from 'node:path'
import { packageRoot } from '../../protocol/paths.ts'
import { terminalNeutral } from '../environment.ts'

export interface SessionFacts {
  readonly hubId: string
  readonly agentKey?: string
  readonly worktreePath?: string
  readonly port?: number
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
  if (facts.port !== undefined) env.PORT = String(facts.port)
  return env
}

/** So that an agent that calls `botster` reaches this installation, also when the user runs it by its path. */
function withBotster(path: string | undefined): string {
  const bin = join(packageRoot(), 'bin')
  const directories = path ? path.split(delimiter) : ['/usr/local/bin', '/usr/bin', '/bin']
  return directories.includes(bin) ? directories.join(delimiter) : [...directories, bin].join(delimiter)
}
