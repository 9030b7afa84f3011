import * as z from 'zod'
import { defineFunction, defineModule, failure, type LuaModule } from '../../lua/vm/index.ts'
import type { Line } from '../trust/difference.ts'
import type { ReviewedFile } from '../trust/review.ts'
import type { TrustStatus } from '../trust.ts'
import type { HubContext } from '../types.ts'
import { fromOutcome, parse, snakeCase } from './convert.ts'

/** Lines and characters of one file that cross to Lua: what is longer is for a pager (`botster trust --show`). */
const MAX_LINES = 5000
const MAX_CHARACTERS = 128 << 10

const grantOptions = z.strictObject({
  hash: z.string().optional(),
  always: z.boolean().default(false),
})

/** Whether the repository's own `.botster` may configure botster: hub/trust.ts as Lua sees it. */
export function trustModule(hub: () => HubContext): LuaModule {
  const trust = () => hub().trust
  return defineModule({
    name: 'trust',
    doc:
      'Whether the repository’s own `.botster` directory may configure botster. Until its user trusts it nothing of it ' +
      'is executed. What is trusted is one content, which then runs from a private copy, or the directory for always.',
    types: {
      TrustStatus: {
        doc: 'How things stand with the repository’s `.botster`.',
        fields: {
          path: 'string # the directory',
          state:
            '"none"|"untrusted"|"trusted"|"changed"|"ignored" # changed: it is not what was trusted, which is still in force',
          grade: '"content"|"always"|nil # what was trusted',
          root: 'string? # what is in force: a private copy, or the directory itself; nil: nothing is',
          files: 'integer # how many it holds',
          hash: 'string? # what it holds, in one word',
          problem: 'string? # why its content cannot be trusted as it is',
        },
      },
      TrustFile: {
        doc: 'A file of the repository’s `.botster`. What cannot be seen in names and texts is spelled out.',
        fields: {
          path: 'string # below the directory',
          mode: 'string # permission bits as octal digits',
          trusted_mode: 'string? # the mode that was trusted, where it is another',
          size: 'integer # bytes',
          change: '"new"|"same"|"added"|"changed"|"mode"|"removed" # against what was trusted; new: nothing was',
          is_binary: 'boolean',
        },
      },
    },
    functions: {
      status: defineFunction({
        doc: 'How things stand, as of the last look.',
        returns: [{ type: 'table', luaType: 'TrustStatus' }],
        example: 'if trust.status().state == "changed" then log.info("look at it: botster trust --show") end',
        call: () => statusTable(trust().status),
      }),
      look: defineFunction({
        doc: 'Looks at the directory again.',
        returns: [{ type: 'table', luaType: 'TrustStatus' }],
        yields: true,
        example: 'local status = trust.look()',
        call: async () => statusTable(await trust().look()),
      }),
      review: defineFunction({
        doc: 'Everything in the directory as it is now, beside what was trusted. Of a file that is named also its lines.',
        args: [{ name: 'path', type: 'text', optional: true, doc: 'of a file, as this function gives it' }],
        returns: [
          {
            type: ['table', 'nil'],
            luaType:
              '{status: TrustStatus, files: TrustFile[], lines: {kind: "same"|"added"|"removed", text: string}[]?, more: integer?}',
            doc: `at most ${MAX_LINES} lines of ${MAX_CHARACTERS >> 10} Ki characters; \`more\` is how many were left out`,
          },
        ],
        yields: true,
        failures: { no_file: 'there is no such file' },
        example: 'for _, file in ipairs(trust.review().files) do log.info(file.change, file.path) end',
        call: async (_, path) => {
          const { status, files } = await trust().review()
          const review = { status: statusTable(status), files: files.map(fileTable) }
          if (path === undefined) return review
          const file = files.find((other) => other.path === path)
          if (file === undefined) return failure(`there is no ${path} in ${status.path}`, { kind: 'no_file' })
          const all = file.lines()
          const lines = atMost(all)
          return { ...review, lines: lines.map(snakeCase), more: all.length - lines.length }
        },
      }),
      grant: defineFunction({
        doc: 'Trusts what the directory holds, or with `always` the directory whatever it will hold.',
        args: [
          {
            name: 'options',
            type: 'table',
            optional: true,
            luaType: '{hash?: string, always?: boolean}',
            doc: '`hash` is what the user was shown: when it is something else by now, nothing is trusted',
          },
        ],
        returns: [{ type: ['table', 'nil'], luaType: 'TrustStatus?' }],
        yields: true,
        failures: {
          no_layer: 'there is nothing to trust',
          not_trustable: 'it holds links or the like',
          changed: 'it is not what was shown any more',
        },
        raises: { 'bad argument #1': 'for an option there is not, or of another type' },
        example: 'local status, message = trust.grant({ hash = trust.review().status.hash })',
        call: async (_, options) => {
          const { hash, always } = parse(grantOptions, Array.isArray(options) ? {} : (options ?? {}), 'trust.grant')
          return fromOutcome(await trust().grant({ hash, always }), statusTable)
        },
      }),
      revoke: defineFunction({
        doc: 'Trusts the directory no longer.',
        returns: [{ type: 'boolean', doc: 'whether it was trusted' }],
        yields: true,
        example: 'trust.revoke()',
        call: () => trust().revoke(),
      }),
      ignore: defineFunction({
        doc: 'Takes nothing of the directory until the hub ends or somebody trusts it anew. What was trusted is kept.',
        returns: [{ type: 'table', luaType: 'TrustStatus' }],
        yields: true,
        example: 'trust.ignore()',
        call: async () => statusTable(await trust().ignore()),
      }),
    },
  })
}

function statusTable(status: TrustStatus) {
  return snakeCase(status)
}

function fileTable({ path, mode, trustedMode, size, change, isBinary }: ReviewedFile) {
  return snakeCase({ path, mode, trustedMode, size, change, isBinary })
}

function atMost(lines: readonly Line[]): readonly Line[] {
  let characters = 0
  const cut = lines.findIndex(({ text }, at) => {
    characters += text.length + 1
    return at >= MAX_LINES || characters > MAX_CHARACTERS
  })
  return cut === -1 ? lines : lines.slice(0, cut)
}
