import type { Command } from 'commander'
import { defineCommand } from '../command.ts'

export function command(): Command {
  return defineCommand('untrust')
    .description("trust the repository's .botster directory no longer; what came from it is taken away at once")
    .addHelpText('after', '\nSessions that its scripts prepared go on. To look at it: botster trust --show')
    .action(untrust)
}

async function untrust(): Promise<void> {
  const { withRepositoryTrust } = await import('../repository-trust.ts')
  const { print } = await import('../output.ts')
  await withRepositoryTrust(async (repository) => {
    const wasTrusted = await repository.revoke()
    print(wasTrusted ? `${repository.path} is trusted no longer` : `${repository.path} was not trusted`)
  })
}
