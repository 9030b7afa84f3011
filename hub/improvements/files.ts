import { fsModule } from '../../lua/modules/fs/index.ts'
import { type AnyFunctionSpec, defineModule, failure, type LuaModule, type LuaValue } from '../../lua/vm/index.ts'
import { MOST_WRITTEN_BYTES } from './limits.ts'

/** `fs.` functions an improvement has → how many of their arguments are paths. */
const PATHS = {
  read: 1,
  write: 1,
  exists: 1,
  is_dir: 1,
  stat: 1,
  listdir: 1,
  mkdir: 1,
  rmdir: 1,
  delete: 1,
  copy: 2,
  rename: 2,
} as const

type Call = (context: unknown, ...args: LuaValue[]) => ReturnType<AnyFunctionSpec['call']>

/**
 * `fs` as improvements have it: paths are relative to `directory`, or absolute and in it, and nothing leads out of it:
 * no `..`, no link, no NUL. How much may be written has an end.
 */
export function improvementFiles(directory: string): LuaModule {
  const whole = fsModule({ base: directory })
  let written = 0
  const functions: Record<string, AnyFunctionSpec> = {}
  for (const [name, paths] of Object.entries(PATHS)) {
    const spec = whole.functions[name]!
    const call = spec.call as unknown as Call
    functions[name] = {
      ...spec,
      args: spec.args!.slice(0, -1),
      call: ((context: unknown, ...args: LuaValue[]) => {
        const bytes = name === 'write' ? (args[1] as Uint8Array).length : 0
        if (written + bytes > MOST_WRITTEN_BYTES) {
          return failure(`an improvement may write ${MOST_WRITTEN_BYTES} bytes`, { kind: 'no_space' })
        }
        written += bytes
        const confined = args.map((arg, i) => (i < paths ? relative(directory, arg as Uint8Array) : arg))
        return call(context, ...confined, { within: directory })
      }) as AnyFunctionSpec['call'],
    }
  }
  return defineModule({ ...whole, functions })
}

/** The path below the directory when it is an absolute one in it; others are judged as they are. */
function relative(directory: string, path: Uint8Array): Uint8Array {
  const bytes = Buffer.from(path)
  const prefix = Buffer.from(`${directory}/`)
  if (bytes.equals(Buffer.from(directory))) return Buffer.from('.')
  return bytes.subarray(0, prefix.length).equals(prefix) ? bytes.subarray(prefix.length) : bytes
}
