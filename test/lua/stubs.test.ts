// What an editor with lua-language-server would find wrong with the stubs and with the Lua that is shipped.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { hubModuleDescriptions } from '../../hub/modules/index.ts'
import { describedModules } from '../../lua/modules/index.ts'
import { parseType } from './luals-type.ts'
import { newVm } from './support.ts'

const root = join(import.meta.dirname, '../..')
const shipped = readdirSync(join(root, 'lua'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.lua'))
  .sort()
  .map((name) => ({ name: `lua/${name}`, source: readFileSync(join(root, 'lua', name), 'utf8') }))
const stubs = shipped.filter(({ name }) => name.startsWith('lua/types/'))

/** Types that lua-language-server knows. */
const BUILT_IN = new Set(
  'any boolean file* function integer lightuserdata nil number string table thread unknown userdata'.split(' '),
)

it('All Lua that is shipped compiles, the stubs too', async () => {
  await using t = await newVm()
  const problems: string[] = []
  for (const { name, source } of shipped) {
    try {
      t.vm.load(source, { chunkName: name, owner: 'test' })[Symbol.dispose]()
    } catch (error) {
      problems.push((error as Error).message)
    }
  }
  expect(problems).toEqual([])
  expect(stubs.length).toBeGreaterThan(15)
})

it('Every annotation can be read, and speaks of types that exist', () => {
  const classes = new Set(
    stubs.flatMap(({ source }) => [...source.matchAll(/^---@class ([\w.*]+)/gm)].map(([, name]) => name)),
  )
  const problems: string[] = []
  for (const { name: file, source } of shipped) {
    for (const [number, line] of source.split('\n').entries()) {
      const type = typeOf(line)
      if (type === undefined) continue
      const where = `${file}:${number + 1}`
      try {
        for (const name of type === false ? ['?'] : parseType(type).names) {
          if (!BUILT_IN.has(name) && !classes.has(name)) problems.push(`${where}: there is no type '${name}'`)
        }
      } catch (error) {
        problems.push(`${where}: ${(error as Error).message}`)
      }
    }
  }
  expect(problems).toEqual([])
})

it('Every function of a stub is annotated with its own parameters, in order', () => {
  const problems = shipped.flatMap(({ name, source }) =>
    annotatedFunctions(source)
      .filter(({ params, annotated }) => annotated.length > 0 && params.join() !== annotated.join())
      .map(
        ({ fn, params, annotated }) => `${name}: ${fn}(${params.join(', ')}) is annotated with ${annotated.join(', ')}`,
      ),
  )
  expect(problems).toEqual([])
})

it('The stubs have the functions of the modules, no more and no less, with their parameters', () => {
  const defined = [...describedModules(), ...hubModuleDescriptions()].filter(
    ({ name }) => name !== 'io' && name !== 'os',
  )
  for (const module of defined) {
    const stub = stubs.find(({ name }) => name === `lua/types/${module.name}.lua`)
    const found = annotatedFunctions(stub?.source ?? '').map(({ fn, params }) => `${fn}(${params.join(', ')})`)
    const expected = [
      ...Object.entries(module.functions).map(([key, spec]) => ({ name: `${module.name}.${key}`, spec })),
      ...Object.entries(module.handles ?? {}).flatMap(([type, { methods }]) =>
        Object.entries(methods).map(([key, spec]) => ({ name: `${type}_handle:${key}`, spec })),
      ),
    ]
      .filter(({ spec }) => !spec.hidden)
      .map(({ name, spec }) => {
        const names = (spec.args ?? []).map((arg) => arg.name)
        return `${name}(${[...names, ...(spec.variadic ? ['...'] : [])].join(', ')})`
      })
    expect(found.sort(), module.name).toEqual(expected.sort())
  }
})

/** The type an annotation begins with; false when it has none; undefined for other lines. */
function typeOf(line: string): string | false | undefined {
  const found = /^---@(param|field|return|type) *(.*)$/.exec(line)
  if (!found) return undefined
  const [, kind, text = ''] = found
  if (kind === 'return' || kind === 'type') return text || false
  return /^(?:\.\.\.|[A-Za-z_]\w*)\?? (.+)$/.exec(text)?.[1] ?? false
}

interface AnnotatedFunction {
  readonly fn: string
  readonly params: readonly string[]
  readonly annotated: readonly string[]
}

/** Functions with what stands directly above them. */
function annotatedFunctions(source: string): AnnotatedFunction[] {
  const found: AnnotatedFunction[] = []
  let annotated: string[] = []
  for (const line of source.split('\n')) {
    const param = /^---@param (\.\.\.|\w+)/.exec(line)
    const fn = /^(?:local )?function ([\w.:]+)\((.*?)\)/.exec(line)
    if (param) annotated.push(param[1]!)
    else if (fn) found.push({ fn: fn[1]!, params: fn[2]!.split(', ').filter(Boolean), annotated })
    if (!line.startsWith('---')) annotated = []
  }
  return found
}
