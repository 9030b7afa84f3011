/** `update`: newer versions of botster. */
import { HttpClient } from '../../lua/modules/web/client.ts'
import { defineFunction, defineModule, type LuaModule } from '../../lua/vm/index.ts'
import { packageRoot } from '../../protocol/paths.ts'
import { botsterVersion } from '../../protocol/version.ts'
import { checkForUpdate } from '../update/check.ts'
import { type InstallOptions, installUpdate } from '../update/install.ts'
import { fromOutcome } from './convert.ts'

/** What is looked at when a primitive is called, unless given: the package that runs, and the environment. */
export type UpdateModuleOptions = Partial<
  Pick<InstallOptions, 'client' | 'env' | 'root' | 'name' | 'current' | 'registry'>
>

/** The module for one VM. */
export function updateModule(given: UpdateModuleOptions = {}): LuaModule {
  const client = given.client ?? new HttpClient()
  const options = (): InstallOptions => ({
    client,
    env: given.env ?? process.env,
    root: given.root ?? packageRoot(),
    name: given.name ?? 'botster',
    current: given.current ?? botsterVersion(),
    registry: given.registry,
  })
  let isInstalling = false
  return defineModule({
    name: 'update',
    doc: 'Newer versions of botster, from the registry that npm uses or that BOTSTER_UPDATE_URL names.',
    types: {
      UpdateStatus: {
        doc: 'How the version that runs compares with the latest.',
        fields: {
          available: 'boolean # whether there is a newer one',
          status: '"available"|"up_to_date"|"ahead" # ahead: newer than what is published',
          current: 'string # what runs',
          latest: 'string # what is published',
          version: 'string # the same as latest',
        },
      },
      UpdateResult: {
        doc: 'What became of an installation.',
        fields: {
          success: 'boolean',
          error: 'string? # why not, or what to do instead',
          kind: 'string? # of the error: unsupported (not installed with npm install -g), npm, registry, busy, …',
          version: 'string? # what is installed now; what runs stays until it is restarted',
          previous: 'string? # what was',
          changed: 'boolean? # false when it was the latest already',
        },
      },
    },
    functions: {
      check: defineFunction({
        doc: 'Asks whether there is a newer version.',
        returns: [{ type: ['table', 'nil'], luaType: 'UpdateStatus?' }],
        yields: true,
        failures: {
          registry: 'the registry gives no usable answer',
          npm: 'npm cannot tell which registry it uses',
          invalid_url: 'the registry’s URL is none',
          connection_refused: 'there is no connection; other kinds as with http.get',
        },
        example:
          "local update = update.check()\nif update and update.available then log.info('newer:', update.version) end",
        call: async ({ signal }) =>
          fromOutcome(await checkForUpdate(options(), signal), ({ status, current, latest }) => ({
            available: status === 'available',
            status,
            current,
            latest,
            version: latest,
          })),
      }),
      install: defineFunction({
        doc: 'Installs the latest version with npm, if that is how botster was installed. What runs stays until it is restarted.',
        returns: [{ type: 'table', luaType: 'UpdateResult', doc: 'a failure is told in it too' }],
        yields: true,
        example: 'local result = update.install()\nif not result.success then log.error(result.error) end',
        call: async ({ signal }) => {
          if (isInstalling) return { success: false, error: 'an installation is under way', kind: 'busy' }
          isInstalling = true
          try {
            const outcome = await installUpdate(options(), signal)
            if (outcome.ok) return { success: true, ...outcome.value }
            return { success: false, error: outcome.failure.message, kind: outcome.failure.code }
          } finally {
            isInstalling = false
          }
        },
      }),
    },
    dispose: () => client[Symbol.dispose](),
  })
}
