// What is described of each primitive, held against the primitive: its errors for wrong arguments, its stub, its example.
import { writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { hubModuleDescriptions } from '../../hub/modules/index.ts'
import { fsModule } from '../../lua/modules/fs/index.ts'
import { describedModules } from '../../lua/modules/index.ts'
import {
  type AnyFunctionSpec,
  type ArgSpec,
  type ArgType,
  defineFunction,
  defineModule,
  handle,
  type LuaModule,
} from '../../lua/vm/index.ts'
import { osModule } from '../../lua/vm/os.ts'
import { testDirectory } from '../modules/directory.ts'
import { expectExamplesToRun } from '../modules/examples.ts'
import { newVm } from './support.ts'

const modules = [...describedModules(), ...hubModuleDescriptions()]
const byName = modules.map((module) => [module.name, module] as const)

/** Modules that only botster's own Lua calls. */
const WITHOUT_EXAMPLES = new Set(['runtime', 'records'])

/** A value of each type, written in Lua, that any argument of that type takes. */
const RIGHT: Record<ArgType, string> = {
  text: '"x"',
  bytes: '"x"',
  integer: '1',
  number: '1',
  boolean: 'true',
  table: '{}',
  list: '{}',
  function: 'print',
  handle: 'nil',
  reference: 'nil',
  any: 'nil',
}
/** Values that may be wrong, how errors call what they are, and which types take them. */
const WRONG: readonly { lua: string; shown: string; taken: readonly ArgType[] }[] = [
  { lua: 'coroutine.create(print)', shown: 'thread', taken: [] },
  { lua: 'true', shown: 'boolean', taken: ['boolean'] },
  { lua: '{}', shown: 'table', taken: ['table', 'list'] },
  { lua: 'print', shown: 'function', taken: ['function'] },
]
/** How each type is called in an error. */
const EXPECTED: Record<ArgType, string> = {
  text: 'string',
  bytes: 'string',
  integer: 'integer',
  number: 'number',
  boolean: 'boolean',
  table: 'table',
  list: 'table',
  function: 'function',
  handle: 'handle',
  reference: 'value',
  any: 'value',
}

/** Calls to try: [Lua, what the error must say]. */
function wrongCalls(module: LuaModule): [source: string, message: string][] {
  const functions = Object.entries(module.functions).flatMap(([key, spec]) =>
    wrongArguments(`${module.name}.${key}`, spec, `${module.name}.${key}`),
  )
  const methods = Object.entries(module.handles ?? {}).flatMap(([type, { methods }]) =>
    Object.entries(methods).flatMap(([key, spec]) =>
      wrongArguments(`${type}:${key}`, spec, `handle_of('${type}'):${key}`),
    ),
  )
  return [...functions, ...methods]
}

function wrongArguments(name: string, spec: AnyFunctionSpec, call: string): [string, string][] {
  const args = spec.args ?? []
  if (spec.hidden) return []
  return args.flatMap((arg, index) => {
    const types = [arg.type].flat() as ArgType[]
    if (types.some((type) => type === 'any' || type === 'reference')) return []
    const before = args.slice(0, index).map(right)
    const wrong = WRONG.find(({ taken }) => !taken.some((type) => types.includes(type)))!
    const expected = [...new Set(types.map((type) => EXPECTED[type]))].join(' or ')
    const calls: [string, string][] = [
      [
        `${call}(${[...before, wrong.lua].join(', ')})`,
        `bad argument #${index + 1} to '${name}' (${expected} expected, got ${wrong.shown})`,
      ],
    ]
    if (arg.optional !== true && arg.default === undefined)
      calls.push([
        `${call}(${before.join(', ')})`,
        `bad argument #${index + 1} to '${name}' (${expected} expected, got nil)`,
      ])
    return calls
  })
}

function visibleFunctions(module: LuaModule): [string, AnyFunctionSpec][] {
  const functions = Object.entries(module.functions).map(([key, spec]) => [`${module.name}.${key}`, spec] as const)
  const methods = Object.entries(module.handles ?? {}).flatMap(([type, handle]) =>
    Object.entries(handle.methods).map(([key, spec]) => [`${type}:${key}`, spec] as const),
  )
  return [...functions, ...methods].filter(([, { hidden }]) => !hidden) as [string, AnyFunctionSpec][]
}

function right({ type }: ArgSpec): string {
  return RIGHT[[type].flat()[0] as ArgType]
}

describe.each(byName)('%s', (_, module) => {
  it('is documented: every function with a line that says what it does, and an example that compiles', async () => {
    await using t = await newVm()
    const problems: string[] = []
    for (const [name, spec] of visibleFunctions(module)) {
      if (!/^[A-Z][^\n]*[.:]$/s.test(spec.doc)) problems.push(`${name}: its doc is no sentence on one line`)
      if (spec.example === undefined) {
        if (!WITHOUT_EXAMPLES.has(module.name)) problems.push(`${name}: no example`)
        continue
      }
      const [problem] = await t.run('return select(2, load(..., "=example"))', spec.example)
      if (problem !== undefined) problems.push(`${name}: ${String(problem)}`)
    }
    expect(problems).toEqual([])
  })

  it('says of wrong arguments which function, which position, what it wants and what it got', async () => {
    const handles = defineModule({
      name: 'handles',
      doc: '',
      functions: {
        of: defineFunction({ doc: '', args: [{ name: 'type', type: 'text' }], call: (_, type) => handle(type, 1) }),
      },
    })
    await using t = await newVm({ modules: [module, handles] })
    const said: Record<string, string> = {}
    const wanted: Record<string, string> = {}
    for (const [source, message] of wrongCalls(module)) {
      wanted[source] = message
      const [ok, error] = await t.run(`
        local function handle_of(type) return handles.of(type) end
        local ok, err = pcall(function() return ${source} end)
        return ok, (tostring(err):gsub('^[^ ]*:%d+: ', ''))`)
      // What is written in Lua cannot tell nothing from nil.
      said[source] = ok === true ? 'nothing' : String(error).replace('got no value', 'got nil')
    }
    expect(said).toEqual(wanted)
  })
})

it('Examples that need nothing but the module itself run: events, json, log, owners, timer, os', async () => {
  using directory = testDirectory()
  writeFileSync(directory.at('settings.json'), '{"theme": "dark"}')
  const standalone = ['events', 'json', 'log', 'owners', 'timer']
  const real = modules.filter(({ name }) => standalone.includes(name))
  expect(real).toHaveLength(standalone.length)
  await using t = await newVm({ modules: [...real, fsModule({ base: directory.path })] })
  for (const module of [...real, osModule({})]) await expectExamplesToRun(t, module)
  expect(t.printed[0]).toContain('"tags"')
})
