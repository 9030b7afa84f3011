/** Who calls, for logs and inboxes: the agent in whose terminal this command runs, else a person. */
export function caller(env: NodeJS.ProcessEnv = process.env): {
  readonly kind: 'agent' | 'person'
  readonly name?: string
} {
  const name = env.BOTSTER_AGENT_KEY
  return name ? { kind: 'agent', name } : { kind: 'person', name: env.USER || undefined }
}
