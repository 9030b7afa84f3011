import * as z from 'zod'

/** msgpack makes an empty Lua table an object: a list of nothing. */
const texts = z.union([z.array(z.string()), z.strictObject({}).transform((): string[] => [])])

const owns = z.object({
  commands: texts,
  hooks: texts,
  tools: texts,
  prompts: texts,
  registrations: z.number(),
  coroutines: z.number(),
})

const pluginInfo = z.object({
  name: z.string(),
  state: z.enum(['loaded', 'failed', 'disabled', 'ui_only', 'not_loaded']),
  path: z.string(),
  /** Whose configuration it is part of. */
  scope: z.enum(['user', 'repository']),
  version: z.string().optional(),
  description: z.string().optional(),
  requires: texts.optional(),
  error: z.object({ message: z.string(), traceback: z.string().optional() }).optional(),
  running: z.boolean(),
  owns: owns.optional(),
})

/** A plugin as the hub describes it. */
export type PluginInfo = z.infer<typeof pluginInfo>

export const pluginList = z.object({ plugins: z.array(pluginInfo) })

/** What switching a plugin on or off came to. */
export const switched = z.object({
  changed: z.boolean(),
  state: z.string(),
  problem: z.string().optional(),
  needed_by: texts,
})

const finding = z.object({
  plugin: z.string(),
  level: z.enum(['ok', 'note', 'warning', 'error']),
  message: z.string(),
  hint: z.string().optional(),
  traceback: z.string().optional(),
})

export type PluginFinding = z.infer<typeof finding>

export const findings = z.object({ findings: z.array(finding) })
