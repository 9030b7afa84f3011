/** `json`: text to tables and back, exact in bytes and numbers. */

import { nameAt } from '../../vm/arguments.ts'
import type { BindParts } from '../../vm/bind.ts'
import { LUA, type State } from '../../vm/engine.ts'
import { failure } from '../../vm/error.ts'
import { ArgumentError } from '../../vm/errors.ts'
import { defineModule, defineRawFunction, LUA_NULL, type LuaModule } from '../../vm/index.ts'
import { Decoder, JsonError, type Nulls } from './decode.ts'
import { Encoder } from './encode.ts'

/** Indentation of encode_pretty. */
const INDENT = '  '

/** `nulls` says what a JSON null becomes in Lua: nothing (botster), or `json.null` (dialects that ask for it). */
export function jsonModule({ nulls = 'nil' }: { nulls?: Nulls } = {}): LuaModule {
  const value = { name: 'value', type: 'any', doc: 'anything but functions, handles and coroutines' } as const
  const text = { name: 'text', type: 'bytes' } as const
  const encodeRaises = {
    'has no JSON form': 'for functions, handles, nan and infinity; the path is named',
    'both positions and names': 'for a table that is neither a list nor an object',
    'within themselves': 'for tables that contain themselves',
  }
  const encode = (doc: string, indent?: string, example?: string) =>
    defineRawFunction(
      { doc, args: [value], returns: [{ name: 'text', type: 'bytes' }], raises: encodeRaises, example },
      (parts) => {
        const encoder = new Encoder(parts)
        return (L) => {
          parts.strings.pushBytes(L, encoder.encode(L, 1, indent))
          return 1
        }
      },
    )
  return defineModule({
    name: 'json',
    doc: 'JSON, exact: whole floats stay floats (`1.0`), integers keep 64 bits, strings keep their bytes, and a decoded empty array encodes as `[]` again.',
    sandbox: true,
    functions: {
      encode: encode(
        'A value as JSON, on one line, keys in order. An empty table is `{}`.',
        undefined,
        "json.encode({name = 'x'})",
      ),
      encode_pretty: encode(
        'A value as JSON for people: one entry a line.',
        INDENT,
        "print(json.encode_pretty({name = 'x', tags = {'a', 'b'}}))",
      ),
      decode: defineRawFunction(
        {
          doc:
            nulls === 'nil' ? 'Reads JSON. A null is an absent field, or nil.' : 'Reads JSON. A null is `json.null`.',
          args: [text],
          returns: [{ name: 'value', type: ['any', 'nil'] }],
          failures: { invalid: 'the text is not JSON; the message has line and column' },
          example: "local settings, problem = json.decode(fs.read('settings.json'))",
        },
        (parts, name) => {
          const decoder = new Decoder(parts, nulls)
          const check = stringArgument(parts, name)
          return (L) => {
            try {
              check(L)
              decoder.decode(L, 1)
              return 1
            } catch (error) {
              if (!(error instanceof JsonError)) throw error
              parts.engine.api.lua_settop(L, 1)
              return parts.errors.pushFailure(L, failure(error.message, { kind: 'invalid' }), name)
            }
          }
        },
      ),
    },
    constants: { null: { value: LUA_NULL, doc: 'Stands for null where nil would mean "absent".' } },
  })
}

/** Checks that the first argument is a string without copying it. */
function stringArgument({ engine: { api } }: BindParts, name: string): (L: State) => void {
  return (L) => {
    if (api.lua_type(L, 1) === LUA.TSTRING) return
    throw new ArgumentError(`bad argument #1 to '${name}' (string expected, got ${nameAt(api, L, 1)})`)
  }
}
