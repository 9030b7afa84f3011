import type { Command } from 'commander'
import { defineCommand } from '../command.ts'
import type { GrantedTrust } from '../repository-trust.ts'
import { CommandFailed, UsageError } from '../usage.ts'

interface TrustOptions {
  readonly show?: boolean
  readonly always?: boolean
  readonly hash?: string
}

export function command(): Command {
  return defineCommand('trust')
    .description(
      "let the repository's .botster directory configure botster: its plugins, sessions and scripts run then",
    )
    .option('--show', 'only show its files, and what changed since they were trusted')
    .option('--always', 'trust the directory whatever it will hold; its changes are taken up as they are saved')
    .option('--hash <hash>', 'trust nothing unless this is still what it holds (--show prints it)')
    .addHelpText(
      'after',
      `
Without --always exactly what it holds now is trusted, and runs from a private copy. When it changes, nothing new of it
runs until you trust it again. Only the main checkout's .botster counts, never that of a worktree.

Examples:
  botster trust --show | less
  botster trust
  botster trust --always
  botster untrust`,
    )
    .action(trust)
}

async function trust({ show = false, always = false, hash }: TrustOptions): Promise<void> {
  if (show && (always || hash !== undefined)) {
    throw new UsageError(
      '--show only shows',
      'leave it out to trust the directory, or --always and --hash to look at it',
    )
  }
  const { withRepositoryTrust } = await import('../repository-trust.ts')
  const { print } = await import('../output.ts')
  await withRepositoryTrust(async (repository) => {
    if (show) {
      const { describeReview } = await import('../trust-review.ts')
      return print(...describeReview(await repository.review()))
    }
    print(...describe(await repository.grant({ always, hash }).catch(adviseAlways)))
  })
}

function describe({ path, grade, files }: GrantedTrust): string[] {
  if (grade === 'always') return [`trusted ${path} from now on, whatever it will hold`]
  return [`trusted what ${path} holds now: ${files} file${files === 1 ? '' : 's'}`]
}

/** What the hub cannot know: how this command says it. */
function adviseAlways(error: unknown): never {
  if (!(error instanceof CommandFailed)) throw error
  if (error.code === 'not_trustable') {
    throw new CommandFailed(error.message, { hint: 'replace it, or trust the directory whatever it holds: --always' })
  }
  if (error.code === 'changed') throw new CommandFailed(error.message, { hint: 'botster trust --show' })
  throw error
}
