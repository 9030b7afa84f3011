import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { execa } from 'execa'
import { pino } from 'pino'
import { Worktrees } from '../../../hub/worktrees/worktrees.ts'
import { type TemporaryDirectory, temporaryDirectory } from './directory.ts'

/** A real repository in a directory of its own, with a base for worktrees beside it. */
export interface TestRepository extends AsyncDisposable {
  readonly directory: string
  readonly root: string
  readonly base: string
  readonly worktrees: Worktrees
  /** Runs git in `cwd` (the main worktree) and returns its output. */
  git(args: readonly string[], cwd?: string): Promise<string>
  write(path: string, content: string): Promise<void>
}

const IDENTITY = { GIT_AUTHOR_NAME: 'T', GIT_AUTHOR_EMAIL: 't@t', GIT_COMMITTER_NAME: 'T', GIT_COMMITTER_EMAIL: 't@t' }

/** @param options.name of the main worktree's directory; options.empty: without a commit */
export async function makeRepository(options: { name?: string; empty?: boolean } = {}): Promise<TestRepository> {
  const temporary = await temporaryDirectory()
  const root = join(temporary.path, options.name ?? 'project')
  await mkdir(root)
  const repository = repositoryIn(temporary, root)
  await repository.git(['init', '-q', '-b', 'main'])
  if (options.empty) return repository
  await repository.write(join(root, 'README.md'), 'hello\n')
  await repository.write(join(root, 'src/code.txt'), 'one\n')
  await repository.git(['add', '-A'])
  await repository.git(['commit', '-q', '-m', 'first'])
  return repository
}

/** Runs git as a person would: with an identity, without the machine's configuration. */
export async function git(args: readonly string[], cwd: string): Promise<string> {
  const { stdout } = await execa('git', args, {
    cwd,
    env: { ...IDENTITY, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' },
  })
  return stdout
}

function repositoryIn(temporary: TemporaryDirectory, root: string): TestRepository {
  const base = join(temporary.path, 'sessions')
  return {
    directory: temporary.path,
    root,
    base,
    worktrees: new Worktrees({ root, isRepository: true, base, log: pino({ level: 'silent' }) }),
    git: (args, cwd = root) => git(args, cwd),
    async write(path, content) {
      await mkdir(dirname(path), { recursive: true })
      await writeFile(path, content)
    },
    [Symbol.asyncDispose]: () => temporary[Symbol.asyncDispose](),
  }
}
