import type { Records } from '../records/records.ts'
import type { Worktrees } from '../worktrees/worktrees.ts'

/** A hub that died while git made a worktree never learned its path: without it nobody could delete it. */
export async function findInterruptedWorktrees(records: Records, worktrees: Worktrees): Promise<void> {
  for (const agent of records.agents()) {
    if (agent.status !== 'failed' || agent.branch === null || agent.worktreePath !== null) continue
    const worktree = await worktrees.find(agent.branch)
    if (worktree?.inBase !== true) continue
    records.updateAgent(agent.id, { worktreePath: worktree.path, inWorktree: true, createdWorktree: true })
  }
}
