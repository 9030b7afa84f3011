import * as z from 'zod'
import { bytes } from '../definition.ts'

/** Text, or bytes where it is none. */
const textOrBytes = () => z.union([z.string(), bytes])

/** Lua to run, with everything a person at a terminal means by it. */
export const luaRun = () =>
  z.object({
    source: textOrBytes(),
    /** How errors call it: a file as the person named it. */
    chunkName: z.string().max(4096),
    /** `arg[1…]` and `...`. */
    args: z.array(z.string()).default([]),
    /** The person's directory: `arg.cwd`. */
    cwd: z.string().default(''),
    /** What is returned: nothing, results with strings as they are, or results as they would be written in Lua. */
    show: z.enum(['nothing', 'plain', 'quoted']),
    /** Milliseconds it may take altogether. Without it, there is no limit. */
    timeoutMs: z
      .number()
      .positive()
      .max(2 ** 31 - 1)
      .optional(),
  })
export type LuaRun = z.input<ReturnType<typeof luaRun>>

/** What it came to. */
export const luaOutcome = () =>
  z.discriminatedUnion('kind', [
    /** `text`: its results, if it is to show any and returned any. */
    z.object({ kind: z.literal('done'), text: textOrBytes().optional() }),
    /** It ends in the middle of something: more lines may complete it. */
    z.object({ kind: z.literal('incomplete'), message: z.string() }),
    /** It ended itself by `os.exit`. */
    z.object({ kind: z.literal('exited'), code: z.number().int() }),
    /** `reason` is the kind of the Lua error: runtime, syntax, cancelled, deadline, watchdog, memory, … */
    z.object({ kind: z.literal('failed'), reason: z.string(), message: z.string(), traceback: z.string() }),
  ])
export type LuaOutcome = z.output<ReturnType<typeof luaOutcome>>

/** `word` is what stands at the end of the text, `candidates` what may stand there instead. */
export const luaCompletions = () => z.object({ word: z.string(), candidates: z.array(z.string()) })
export type LuaCompletions = z.output<ReturnType<typeof luaCompletions>>

/** Something that was printed: newlines are in it. Errors of callbacks nobody awaits go to `error`. */
export const luaOutput = () => z.object({ stream: z.enum(['output', 'error']), text: textOrBytes() })
export type LuaOutput = z.output<ReturnType<typeof luaOutput>>
