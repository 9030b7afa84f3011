import { RepositoryTrust, type TrustReview, type TrustStatus } from '../hub/trust.ts'
import { userDirectory } from '../protocol/paths.ts'
import { connectHub, type HubConnection } from './connect.ts'
import { runHubCommand } from './hub-command.ts'
import { findPlace } from './place.ts'
import { CommandFailed } from './usage.ts'

export type GrantedTrust = Pick<TrustStatus, 'path' | 'grade' | 'files'>

/** Whether the repository around the present directory may configure botster, with or without a hub. */
export interface RepositoryAccess {
  /** The directory it is about. */
  readonly path: string
  review(): Promise<TrustReview>
  /** @throws CommandFailed with the reason's code when there is nothing to trust, or not as it is */
  grant(options: { readonly always: boolean; readonly hash: string | undefined }): Promise<GrantedTrust>
  /** @returns whether it was trusted */
  revoke(): Promise<boolean>
}

/** A hub that runs is told, since it has to act on it. Without one what it will read is written. */
export async function withRepositoryTrust(body: (repository: RepositoryAccess) => Promise<void>): Promise<void> {
  const place = await findPlace()
  using connection = await connectHub(place, { role: 'cli', start: 'orphaned' })
  // An agent may call from the directory of another repository: then its hub's counts.
  const root = connection === undefined ? place.root : (await connection.request('status', {})).hub.root
  const trust = await RepositoryTrust.open({ root, directory: place.paths.directory, userDirectory: userDirectory() })
  const access = connection === undefined ? withoutHub(trust) : withHub(connection)
  await body({ path: trust.path, review: () => trust.review(), ...access })
}

type Changes = Pick<RepositoryAccess, 'grant' | 'revoke'>

function withHub(connection: HubConnection): Changes {
  return {
    grant: async (options) => (await runHubCommand(connection, 'trust_repository', options)) as GrantedTrust,
    revoke: async () => {
      const answer = await runHubCommand(connection, 'untrust_repository')
      return (answer as { readonly was_trusted: boolean }).was_trusted
    },
  }
}

function withoutHub(trust: RepositoryTrust): Changes {
  return {
    grant: async (options) => {
      const outcome = await trust.grant(options)
      if (outcome.ok) return outcome.value
      throw new CommandFailed(outcome.failure.message, { code: outcome.failure.code })
    },
    revoke: () => trust.revoke(),
  }
}
