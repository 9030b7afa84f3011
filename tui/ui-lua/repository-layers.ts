/** The repository's own configuration, while its user trusts it. */
export interface RepositoryLayers {
  /** What its files are taken from: itself, or a copy of what was trusted. */
  readonly root: string
  /** Where the user sees them: `{repository}/.botster`. */
  readonly path: string
}

/** Of the hub's word on the repository's configuration: where to take it from, if at all. */
export function readRepositoryLayers(value: unknown): RepositoryLayers | undefined {
  const { root, path } = (value ?? {}) as Record<string, unknown>
  return typeof root === 'string' && typeof path === 'string' ? { root, path } : undefined
}
