/** `fs`: files and directories. */
import {
  type ArgSpec,
  defineFunction,
  defineModule,
  type LuaModule,
  type LuaValue,
  type PrimitiveResult,
} from '../../vm/index.ts'
import { copyFile } from './copy.ts'
import { entriesOf, makeDirectory, removeTree } from './directories.ts'
import { look, move, remove } from './entries.ts'
import { attempt } from './failures.ts'
import { absolute, bytePath, forSystem } from './paths.ts'
import { type Confinement, locate, type Place, withinOf } from './place.ts'
import { readWhole } from './read.ts'
import { pathOf, resolveBelow } from './resolve.ts'
import { writeWhole } from './write.ts'

export interface FsOptions {
  /** Where relative paths start. */
  readonly base: string
}

type Result = PrimitiveResult | Promise<PrimitiveResult>

const path = { name: 'path', type: 'bytes' } as const satisfies ArgSpec
const from = { name: 'from', type: 'bytes' } as const satisfies ArgSpec
const to = { name: 'to', type: 'bytes' } as const satisfies ArgSpec
const options = {
  name: 'options',
  type: 'table',
  optional: true,
  luaType: '{within?: string}',
  doc: '`within`: a directory that the path is relative to and does not leave',
} as const satisfies ArgSpec
const done = [{ type: ['boolean', 'nil'] }] as const
const yields = 'if-possible' as const
/** What may happen to paths, by the kind of the failure. What may happen anywhere is in the module's own text. */
const GONE = 'nothing is there'
const NOT_BELOW = 'a part of the path is no directory'
const unsafe = 'the path leads out of the directory of `within`'

const DOC =
  'Files and directories, byte for byte. Relative paths start at the hub’s directory. A file is replaced as a whole: ' +
  'whoever reads it meanwhile sees the old one or the new one. What is small (256 kB, 500 entries) is done at once; for ' +
  'more, Lua waits where it can. With `within`, a path from elsewhere is safe to use: it is relative to that directory, ' +
  'and no `..` and no link leads out of it, not even one that is put there at this moment (on Linux; elsewhere the path ' +
  'is checked just before it is used). An `err` has the `kind` of the failure, the system’s `code` and the `path`. Beside ' +
  'those each function names, kinds are `invalid` (an empty path, or one with NUL), `permission`, `no_space`, `read_only`, ' +
  '`name_too_long`, `too_many_links`, `too_many_open`, `busy`, `unsupported`, and `io` for what the disk reports.'

export function fsModule({ base: directory }: FsOptions): LuaModule {
  const base = bytePath(directory)
  const at = onePath(base)
  const between = twoPaths(base)
  return defineModule({
    name: 'fs',
    doc: DOC,
    functions: {
      read: defineFunction({
        doc: 'The bytes of a file, at most 64 MB.',
        args: [path, options],
        returns: [{ name: 'content', type: ['bytes', 'nil'] }],
        yields,
        failures: {
          not_found: GONE,
          is_directory: 'it is one',
          not_directory: NOT_BELOW,
          not_a_file: 'it is a pipe or a device, which io.open can read',
          too_large: 'it has more than 64 MB, which io.open can read piece by piece',
          unsafe,
        },
        example: "local content = fs.read('settings.json')",
        call: ({ canWait }, file, opts) =>
          at('read', 'read', file, opts, {}, (place) => readWhole(place.path, { canWait, noFollow: !place.follow })),
      }),
      write: defineFunction({
        doc: 'Replaces a file, or makes it with its parents. Its mode stays. A link is written through.',
        args: [path, { name: 'content', type: 'bytes' }, options],
        returns: done,
        yields,
        failures: {
          is_directory: 'it is one',
          not_directory: NOT_BELOW,
          not_a_file: 'it is a pipe or a device, which io.open can write',
          unsafe,
        },
        example: "fs.write('notes/today.md', '# Today\\n')",
        call: ({ canWait }, file, content, opts) =>
          at('write', 'write', file, opts, { makeParents: true }, ({ path, follow }) =>
            truth(writeWhole(path, content, { canWait, follow })),
          ),
      }),
      exists: defineFunction({
        doc: 'Whether there is anything at a path. A link that leads nowhere is nothing.',
        args: [path, options],
        returns: [{ type: 'boolean' }],
        example: "if fs.exists('package.json') then log.info('a Node project') end",
        call: (_, file, opts) => certainly(at('look at', 'exists', file, opts, ROOT, (place) => look(place).exists)),
      }),
      is_dir: defineFunction({
        doc: 'Whether a path is a directory, or a link to one.',
        args: [path, options],
        returns: [{ type: 'boolean' }],
        example: "local has_git = fs.is_dir('.git')",
        call: (_, file, opts) => certainly(at('look at', 'is_dir', file, opts, ROOT, (place) => look(place).is_dir)),
      }),
      stat: defineFunction({
        doc: 'What is at a path. Nothing is no failure: `exists` is false then.',
        args: [path, options],
        returns: [{ name: 'stat', type: ['table', 'nil'], luaType: 'FileStat?' }],
        failures: { too_many_links: 'links lead in a circle', unsafe },
        example: "local stat = fs.stat('notes.md')\nif stat.exists then log.info(stat.size) end",
        call: (_, file, opts) => at('look at', 'stat', file, opts, ROOT, (place) => ({ ...look(place) })),
      }),
      listdir: defineFunction({
        doc: 'The names in a directory, sorted, without `.` and `..`.',
        args: [path, options],
        returns: [{ name: 'names', type: ['list', 'nil'], luaType: 'string[]?' }],
        yields,
        failures: { not_found: GONE, not_directory: 'it is a file', unsafe },
        example: "for _, name in ipairs(fs.listdir('notes')) do print(name) end",
        call: ({ canWait }, file, opts) =>
          at('list', 'listdir', file, opts, ROOT, (place) => entriesOf(place.path, canWait)),
      }),
      copy: defineFunction({
        doc: 'Copies a file with its mode. What is at the destination is replaced; its parents are made.',
        args: [from, to, options],
        returns: done,
        yields,
        failures: { not_found: 'nothing is there to be copied', is_directory: 'one of the two is a directory', unsafe },
        example: "fs.copy('settings.json', 'backup/settings.json')",
        call: ({ canWait }, source, target, opts) =>
          between('copy', [source, target], opts, (a, b) =>
            truth(copyFile(a.path, b.path, { canWait, follow: a.follow })),
          ),
      }),
      rename: defineFunction({
        doc: 'Moves a file or a directory. A file at the destination is replaced; its parents are made.',
        args: [from, to, options],
        returns: done,
        failures: {
          not_found: 'nothing is there to be moved',
          not_empty: 'the destination is a directory with something in it',
          cross_device: 'the destination is on another file system: copy it and delete the original',
          unsafe,
        },
        example: "fs.rename('draft.md', 'notes/final.md')",
        call: (_, source, target, opts) => between('rename', [source, target], opts, (a, b) => truth(move(a, b))),
      }),
      mkdir: defineFunction({
        doc: 'Makes a directory and its parents. Fine when it is there already.',
        args: [path, options],
        returns: done,
        failures: { exists: 'a file is there', not_directory: NOT_BELOW, unsafe },
        example: "fs.mkdir('notes/2026')",
        call: (_, file, opts) =>
          at('make the directory', 'mkdir', file, opts, { ...ROOT, makeParents: true }, (place) =>
            truth(makeDirectory(place)),
          ),
      }),
      rmdir: defineFunction({
        doc: 'Removes a directory with everything in it. Links in it are removed, not followed.',
        args: [path, options],
        returns: done,
        yields,
        failures: {
          not_found: GONE,
          not_directory: 'it is a file, or a link',
          invalid: 'it is the root of the file system, or the directory of `within` itself',
          unsafe,
        },
        example: "fs.rmdir('build')",
        call: ({ canWait, signal }, file, opts) =>
          at('remove the directory', 'rmdir', file, opts, {}, (place) =>
            truth(removeTree(place.path, canWait ? signal : undefined)),
          ),
      }),
      delete: defineFunction({
        doc: 'Deletes a file, a link, or a directory that is empty.',
        args: [path, options],
        returns: done,
        failures: { not_found: GONE, not_empty: 'it is a directory with something in it: use rmdir', unsafe },
        example: "fs.delete('notes/old.md')",
        call: (_, file, opts) => at('delete', 'delete', file, opts, {}, (place) => truth(remove(place))),
      }),
      resolve_safe: defineFunction({
        doc:
          'The path below a directory that a relative path means, links followed. What happens between this and using the ' +
          'path is nobody’s promise: where others write in that directory, use `within`.',
        args: [
          { name: 'root', type: 'bytes' },
          { name: 'relative', type: 'bytes' },
        ],
        returns: [{ name: 'path', type: ['bytes', 'nil'] }],
        failures: {
          unsafe: 'the path is absolute, has `..` or NUL in it, or a link in it leads out',
          not_found: 'there is no such root',
          not_directory: 'the root is a file',
          too_many_links: 'links lead in a circle',
        },
        example: "local path, problem = fs.resolve_safe('notes', 'today.md')",
        call: (_, root, relative) =>
          attempt('resolve', text(relative), () =>
            forSystem(pathOf(resolveBelow(absolute(base, root), bytePath(relative)))),
          ),
      }),
    },
    types: {
      FileStat: {
        doc: 'What is at a path.',
        fields: {
          exists: 'boolean',
          type: '"file"|"dir"|"other"? # other: a pipe, a socket, a device',
          size: 'integer? # bytes',
          modified: 'number? # seconds since 1970',
          mode: 'integer? # permission bits, e.g. tonumber("644", 8)',
          is_dir: 'boolean',
          is_file: 'boolean',
        },
      },
    },
  })
}

/** A path that may mean the directory of `within` itself. */
const ROOT: Confinement = { allowRoot: true }

/** Runs something at the place a script's path means; what goes wrong there becomes a failure. */
function onePath(base: string) {
  return (
    what: string,
    name: string,
    given: Uint8Array,
    opts: LuaValue,
    confinement: Confinement,
    use: (place: Place) => Result,
  ): Result => {
    const within = withinOf(opts, base, `fs.${name}`, name === 'write' ? 3 : 2)
    return attempt(what, text(given), () => {
      const place = locate(base, given, { ...confinement, within })
      return closing([place], () => use(place))
    })
  }
}

/** The same with two paths; the parents of the second one are made. */
function twoPaths(base: string) {
  return (
    name: 'copy' | 'rename',
    [source, target]: readonly [Uint8Array, Uint8Array],
    opts: LuaValue,
    use: (from: Place, to: Place) => Result,
  ): Result => {
    const within = withinOf(opts, base, `fs.${name}`, 3)
    const fields = { path: text(source), to: text(target) }
    const find = () => {
      const a = locate(base, source, { within })
      return closing([a], () => {
        look(a, { mustExist: true })
        const b = locate(base, target, { within, makeParents: true })
        return closing([b], () => use(a, b))
      })
    }
    return attempt(name, `${text(source)} to ${text(target)}`, find, fields)
  }
}

/** Closes the places once what uses them is over. */
function closing(places: readonly Place[], use: () => Result): Result {
  const close = () => {
    for (const place of places) place.close()
  }
  let isLater = false
  try {
    const result = use()
    isLater = result instanceof Promise
    return result instanceof Promise ? result.finally(close) : result
  } finally {
    if (!isLater) close()
  }
}

/** What a script gets for something that returns nothing. */
function truth(result: void | Promise<void>): true | Promise<true> {
  return result instanceof Promise ? result.then(() => true) : true
}

/** For questions with yes and no as answers: what cannot be looked at is not there. */
function certainly(result: Result): boolean {
  return result === true
}

function text(path: Uint8Array): string {
  return Buffer.from(path).toString()
}
