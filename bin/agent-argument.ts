import { Argument } from 'commander'

/** The AGENT of every command that is about one: the hub resolves it and says what there is when nothing fits. */
export function agentArgument(): Argument {
  return new Argument('<agent>', "the agent's key, its name, or the unique beginning of either")
}
