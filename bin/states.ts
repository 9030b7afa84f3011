/** States in which an agent does not go on by itself. */
export const RESTING = ['waiting', 'done', 'idle', 'failed', 'exited'] as const
/** All of them: docs/agents.md says what each means. */
export const STATES = ['starting', 'working', ...RESTING] as const
