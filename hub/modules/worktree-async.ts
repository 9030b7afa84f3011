import type { LuaValue } from '../../lua/vm/index.ts'
import type { HubContext } from '../types.ts'
import type { Emit } from './worktree.ts'

/** What `worktree.create_async` was asked for. */
export interface AsyncCreation {
  readonly agentKey: string
  readonly branch: string
  readonly issueNumber?: number
  readonly from?: string
  readonly prompt?: string
  readonly metadata?: Record<string, unknown>
  readonly profileName?: string
  readonly clientRows?: number
  readonly clientCols?: number
}

/** Makes a worktree and emits `worktree_created`, or `worktree_create_failed`. Never throws. */
export async function createAndTell(hub: HubContext, emit: Emit, options: AsyncCreation): Promise<void> {
  const { agentKey, branch, issueNumber, from, prompt, metadata, profileName, clientRows, clientCols } = options
  const about = { agent_key: agentKey, branch, issue_number: issueNumber }
  try {
    const outcome = await hub.worktrees.create({ branch, from, context: { prompt, metadata } })
    if (!outcome.ok) return void emit('worktree_create_failed', { ...about, error: outcome.failure.message })
    emit('worktree_created', {
      ...about,
      path: outcome.value.path,
      prompt,
      metadata: metadata as LuaValue,
      profile_name: profileName,
      client_rows: clientRows,
      client_cols: clientCols,
    })
  } catch (error) {
    emit('worktree_create_failed', { ...about, error: (error as Error).message })
  }
}
