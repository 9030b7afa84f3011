/** A command of the hub as its page tells of it. */
export interface DescribedCommand {
  readonly name: string
  /** What it does, as the middle of a sentence. */
  readonly does: string
  /** Name → `type # what it is`, as in the catalogue of hooks. */
  readonly fields?: Readonly<Record<string, string>>
  /** What it answers. */
  readonly answers: string
}

/** The field by which a command is told its agent. `agent_id` and `agent_key` are taken as well. */
export const OF_AGENT = { agent: 'string # id, key, name, or the beginning of one that fits no other' }
/** Which of an agent's sessions. */
export const OF_SESSION = { session: 'string? # its name; without one the first' }
/** The size of a terminal. */
export const SIZE = { rows: 'integer? # of the terminals, 1–1000', cols: 'integer? # 1–2000' }
/** An agent as clients see it: what most commands about agents answer. */
export const AN_AGENT = 'the agent, as `list_agents` has it'
