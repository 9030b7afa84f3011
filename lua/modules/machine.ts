/** The primitives that reach the machine a VM runs on: for trusted code. */
import { join } from 'node:path'
import type { LuaModule } from '../vm/index.ts'
import { configModule } from './config/index.ts'
import { fsModule } from './fs/index.ts'
import { type IoOptions, ioModule } from './io/index.ts'
import { systemModule } from './os.ts'
import { type SecretsBackend, secretsModule } from './secrets/index.ts'
import { watchModule } from './watch/index.ts'

/** Where relative paths start, the environment, and where output goes, as io wants them; and: */
export interface MachineOptions extends IoOptions {
  /** `~/.config/botster`. */
  readonly configDirectory: string
  /** The user's own Lua: `~/.botster/lua`. */
  readonly luaPath: string
}

/** fs, config, secrets, watch, io and os. The last one replaces the `os` that every VM has. */
export function machineModules(options: MachineOptions): readonly LuaModule[] {
  const { base, env, output, configDirectory, luaPath } = options
  return [
    fsModule({ base }),
    configModule({ directory: configDirectory, luaPath, env }),
    secretsModule({
      directory: join(configDirectory, 'secrets'),
      backend: secretsBackend(env.BOTSTER_SECRETS_BACKEND),
    }),
    watchModule({ base }),
    ioModule(options),
    systemModule({ base, env, output }),
  ]
}

function secretsBackend(asked: string | undefined): SecretsBackend {
  return asked === 'file' || asked === 'keyring' ? asked : 'auto'
}
