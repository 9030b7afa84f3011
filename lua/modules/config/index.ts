/** `config`: settings that outlive the hub, and where things are. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { ArgumentError } from '../../vm/errors.ts'
import { defineFunction, defineModule, isLuaFunction, type LuaModule, type LuaValue } from '../../vm/index.ts'
import { attempt } from '../fs/failures.ts'
import { ConfigFile } from './file.ts'

export interface ConfigOptions {
  /** `~/.config/botster`: holds config.json. */
  readonly directory: string
  /** Where the user's own Lua is. */
  readonly luaPath: string
  /** What `config.env` sees. */
  readonly env: Readonly<Record<string, string | undefined>>
}

const broken = { invalid: 'config.json is no JSON object; nothing is changed' }

export function configModule({ directory, luaPath, env }: ConfigOptions): LuaModule {
  const file = new ConfigFile(join(directory, 'config.json'))
  const key = { name: 'key', type: 'text' } as const
  return defineModule({
    name: 'config',
    doc:
      'Settings that outlive the hub: config.json in botster’s data directory, shared by all hubs of a user. A change is ' +
      'saved at once and as a whole; what an editor or another hub changes is seen at the next look.',
    sandbox: true,
    functions: {
      get: defineFunction({
        doc: 'A setting, or nil.',
        args: [key],
        returns: [{ name: 'value', type: ['any', 'nil'] }],
        failures: broken,
        example: "local theme = config.get('theme') or 'dark'",
        call: (_, name) => attempt('read', file.path, () => file.values().get(name)) as LuaValue,
      }),
      all: defineFunction({
        doc: 'All settings, as a copy.',
        returns: [{ name: 'settings', type: ['table', 'nil'] }],
        failures: broken,
        example: 'for key, value in pairs(config.all()) do print(key, value) end',
        call: () => attempt('read', file.path, () => Object.fromEntries(file.values())) as LuaValue,
      }),
      set: defineFunction({
        doc: 'Changes a setting and saves it; nil removes it.',
        args: [key, { name: 'value', type: 'any', doc: 'text, number, boolean, or a table of those' }],
        returns: [{ type: ['boolean', 'nil'] }],
        sandbox: false,
        failures: {
          ...broken,
          busy: 'other hubs have saved settings for a second on end: try again',
          is_directory:
            'a directory is in the place of config.json; other kinds as with fs.write. Nothing has changed then',
        },
        raises: { 'cannot be kept': 'for what JSON cannot say: functions, bytes that are no text, nan and infinity' },
        example: "config.set('theme', 'light')",
        call: (_, name, value) => {
          if (isLuaFunction(value)) {
            value[Symbol.dispose]()
            throw new ArgumentError("bad argument #2 to 'config.set' (a function cannot be kept)")
          }
          return attempt('save', file.path, () => {
            mkdirSync(directory, { recursive: true, mode: 0o700 })
            try {
              file.set(name, value)
            } catch (error) {
              if (!(error instanceof TypeError)) throw error
              throw new ArgumentError(`bad argument #2 to 'config.set' (${error.message})`)
            }
            return true
          }) as LuaValue
        },
      }),
      env: defineFunction({
        doc: 'An environment variable of the hub, or nil.',
        args: [{ name: 'name', type: 'text' }],
        returns: [{ type: ['text', 'nil'] }],
        sandbox: false,
        example: "local editor = config.env('EDITOR') or 'vi'",
        call: (_, name) => (Object.hasOwn(env, name) ? env[name] : undefined),
      }),
      lua_path: defineFunction({
        doc: 'The directory of the user’s own Lua: ~/.botster/lua.',
        returns: [{ type: 'text' }],
        example: "local mine = config.lua_path() .. '/user/init.lua'",
        call: () => luaPath,
      }),
      data_dir: defineFunction({
        doc: 'The directory of botster’s data: ~/.config/botster.',
        returns: [{ type: 'text' }],
        example: "local path = config.data_dir() .. '/my-plugin.json'",
        call: () => directory,
      }),
    },
  })
}
