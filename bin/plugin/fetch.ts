import { existsSync, statSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { chomp, git } from '../../hub/git/run.ts'
import { readTree, type SourceFile } from '../../hub/installs/files.ts'
import type { Outcome } from '../../hub/outcome.ts'
import { CommandFailed, UsageError } from '../usage.ts'
import { gitUrl } from './git-url.ts'
import { PLUGIN_NAME } from './places.ts'

/** A plugin that is not installed yet. */
export interface FetchedPlugin {
  readonly name: string
  /** A real path or a URL. */
  readonly source: string
  /** What a git source is at; undefined for a directory. */
  readonly commit: string | undefined
  /** Date and subject of the commit. */
  readonly about: string
  readonly files: readonly SourceFile[]
}

/** A branch, tag or commit; nothing that git would take for an option or for two names. */
const REF = /^[A-Za-z0-9][A-Za-z0-9._/@-]*$/
/** Passed to every git: nothing of the repository or its template runs, and no transport but these. */
const CAREFUL = ['-c', 'core.hooksPath=/dev/null', '-c', 'protocol.ext.allow=never', '-c', 'advice.detachedHead=false']
const TRANSPORTS = { GIT_ALLOW_PROTOCOL: 'https:ssh:file' }

/**
 * Brings the files of a plugin here without running anything of them.
 * @throws UsageError for a source, name or ref that is none; CommandFailed when it cannot be had or is no plugin
 */
export async function fetchPlugin(
  source: string,
  { name, ref }: { readonly name?: string; readonly ref?: string },
): Promise<FetchedPlugin> {
  if (ref !== undefined && !REF.test(ref)) {
    throw new UsageError(`'${ref}' is no ref`, 'a branch, a tag or a commit is one')
  }
  const url = gitUrl(source)
  const called = nameOf(name, url ?? source)
  if (url === undefined && ref !== undefined) {
    throw new UsageError('--ref needs a git URL', `for a repository in a directory: file://${resolve(source)}`)
  }
  const found = url === undefined ? fromDirectory(resolve(source)) : await fromGit(url, ref)
  const isPlugin = found.files.some(({ path }) => path === 'init.lua' || /^ui\/[^/]+\.lua$/.test(path))
  if (!isPlugin) throw new CommandFailed(`${source} is no plugin: it has neither init.lua nor ui/*.lua`)
  return { name: called, ...found }
}

function nameOf(given: string | undefined, source: string): string {
  const name = given ?? basename(source.replace(/[/\\]+$/, '').replace(/^.*:/, '')).replace(/\.git$/, '')
  if (PLUGIN_NAME.test(name)) return name
  throw new UsageError(`'${name}' is no name for a plugin`, "give it one with --name: letters, digits, '-' and '_'")
}

function fromDirectory(path: string): Omit<FetchedPlugin, 'name'> {
  if (!existsSync(path) || !statSync(path).isDirectory()) {
    throw new CommandFailed(`${path} is no directory`, { hint: 'a git repository is given by its URL' })
  }
  const files = orFail(readTree(path))
  // Its git is not asked: the configuration of a repository that somebody else made may name programs to run.
  return { source: path, files, commit: undefined, about: '' }
}

async function fromGit(url: string, ref: string | undefined): Promise<Omit<FetchedPlugin, 'name'>> {
  const directory = await mkdtemp(join(tmpdir(), 'botster-plugin-'))
  try {
    const run = async (...args: string[]) =>
      orFail(await git([...CAREFUL, ...args], { cwd: directory, env: TRANSPORTS }))
    await run('init', '--quiet', '--template=')
    await run(
      'fetch',
      '--quiet',
      '--depth=1',
      '--no-tags',
      '--no-recurse-submodules',
      '--end-of-options',
      url,
      ref ?? 'HEAD',
    )
    await run('checkout', '--quiet', '--detach', 'FETCH_HEAD')
    const files = orFail(readTree(directory))
    return { source: url, files, ...(await describeCommit(directory)) }
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

async function describeCommit(cwd: string): Promise<Pick<FetchedPlugin, 'commit' | 'about'>> {
  const shown = await git([...CAREFUL, 'show', '--no-patch', '--no-show-signature', '--format=%H%n%cs %s'], { cwd })
  if (!shown.ok) return { commit: undefined, about: '' }
  const [commit, about = ''] = chomp(shown.value).split('\n')
  return { commit, about }
}

function orFail<T>(outcome: Outcome<T>): T {
  if (outcome.ok) return outcome.value
  throw new CommandFailed(outcome.failure.message, { code: outcome.failure.code })
}
