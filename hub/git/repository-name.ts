import { basename } from 'node:path'
import { runGit } from './run.ts'

/**
 * What people call the repository: "owner/name" from the remote `origin`, "name" when that is a local path, else the
 * name of its directory. Never empty.
 */
export async function detectRepo(root: string): Promise<string> {
  const { exitCode, stdout } = await runGit(['config', '-z', '--get', 'remote.origin.url'], { cwd: root })
  const remote = exitCode === 0 ? nameFromUrl(stdout.slice(0, -1)) : undefined
  return remote ?? (withoutSuffix(basename(root)) || 'root')
}

/** The last part of a repository's name, fit for a file name and a key. */
export function shortName(repo: string): string {
  const last = repo.split('/').findLast((part) => part !== '') ?? ''
  return last.replace(/[^\p{L}\p{N}._-]+/gu, '-').replace(/^[.-]+|-+$/g, '') || 'repository'
}

/** https://host/owner/name.git, ssh://git@host:22/owner/name, git@host:owner/name.git; undefined for what has no path. */
export function nameFromUrl(url: string): string | undefined {
  const scheme = /^[a-z][a-z0-9+.-]*:\/\/[^/]*\/(.*)$/i.exec(url)
  const scp = scheme === null ? /^[^/]*?:(.*)$/.exec(url) : null
  const path = scheme?.[1] ?? scp?.[1] ?? url
  const isLocal = (scheme === null && scp === null) || /^file:/i.test(url)
  const parts = path.split('/').filter((part) => part !== '' && part !== '.' && part !== '..')
  const name = withoutSuffix(parts.at(-1) ?? '')
  const owner = parts.at(-2)
  if (name === '') return undefined
  return isLocal || owner === undefined ? name : `${owner}/${name}`
}

function withoutSuffix(name: string): string {
  return name.replace(/\.git$/, '')
}
