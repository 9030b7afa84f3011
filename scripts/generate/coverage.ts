// Which test is of which function: from the titles of tests, which begin with the functions they are of.
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import type { AnyFunctionSpec, LuaModule } from '../../lua/vm/index.ts'
import { visible } from './stubs.ts'

export interface NamedTest {
  /** From the repository's root. */
  readonly file: string
  /** `fs.read`, `pty:write`. */
  readonly functions: readonly string[]
  /** What follows their names. */
  readonly title: string
  /** Title and body, as they are written. */
  readonly source: string
}

/** Something that a function is said to do, and no test of it shows. */
export interface Unshown {
  readonly name: string
  readonly what: string
}

/** The first argument of test(…), it(…) and their .each(…)(…), up to the same quote. */
const TITLES =
  /(?:\b(?:test|it)(?:\.(?:skipIf|runIf)\([^\n]*?\)|\.\w+)*|\]\s*(?:as const)?\))\(\s*(['"`])((?:\\.|(?!\1)[^\\])*)\1/g
/** `fs.read: …`, `watch.stop, watch.unwatch: …`, `http.get, http.put and http.delete: …`. */
const OF_FUNCTIONS = /^([a-z_]+[.:][a-z_]+(?:(?:, | and )[a-z_]+[.:][a-z_]+)*): (.*)$/s
/** `…; http.delete: …`, for what one test shows side by side. */
const MORE_FUNCTIONS = /; ([a-z_]+[.:][a-z_]+): /g

/** All tests below a directory whose titles name functions. */
export function namedTests(root: string, directory = join(root, 'test')): NamedTest[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.ts') || name.endsWith('.test.tsx'))
    .sort()
    .flatMap((name) => {
      const path = join(directory, name)
      return testsIn(readFileSync(path, 'utf8')).map((test) => ({ ...test, file: relative(root, path) }))
    })
}

function testsIn(source: string): Omit<NamedTest, 'file'>[] {
  const titles = [...source.matchAll(TITLES)]
  return titles.flatMap(({ 2: text = '', index }, at) => {
    const found = OF_FUNCTIONS.exec(text.replace(/\\(.)/g, '$1'))
    if (!found) return []
    const [, names = '', title = ''] = found
    const more = [...title.matchAll(MORE_FUNCTIONS)].map(([, name = '']) => name)
    const body = source.slice(index, titles[at + 1]?.index)
    return [{ functions: [...names.split(/, | and /), ...more], title, source: body }]
  })
}

/** Every function and method that scripts may call, by its name: `fs.read`, `pty:write`. */
function functionsOf(module: LuaModule): [name: string, spec: AnyFunctionSpec][] {
  const functions = visible(module.functions).map(([name, spec]) => [`${module.name}.${name}`, spec] as const)
  const methods = Object.entries(module.handles ?? {}).flatMap(([type, handle]) =>
    visible(handle.methods).map(([name, spec]) => [`${type.replace(/\W/g, '')}:${name}`, spec] as const),
  )
  return [...functions, ...methods] as [string, AnyFunctionSpec][]
}

/** Functions that no test names. */
export function untested(modules: readonly LuaModule[], tests: readonly NamedTest[]): string[] {
  const tested = new Set(tests.flatMap(({ functions }) => functions))
  return modules
    .flatMap(functionsOf)
    .map(([name]) => name)
    .filter((name) => !tested.has(name))
}

/** Failures and errors that a function is described with, and that no test which names it speaks of. */
export function unshown(modules: readonly LuaModule[], tests: readonly NamedTest[]): Unshown[] {
  return modules.flatMap(functionsOf).flatMap(([name, spec]) => {
    const texts = tests.filter(({ functions }) => functions.includes(name)).map(({ source }) => source)
    return [...failureKinds(spec), ...raisedWords(spec)]
      .filter(({ pattern }) => !texts.some((text) => pattern.test(text)))
      .map(({ what }) => ({ name, what }))
  })
}

/** The kind in quotes, or as the name of a field. */
function failureKinds({ failures = {} }: AnyFunctionSpec) {
  return Object.keys(failures).map((kind) => ({
    what: `fails with ${kind}`,
    pattern: new RegExp(`(['"\`])${kind}\\1|\\b${kind}:`),
  }))
}

/** Words of the message, which a pattern of a test may have escaped. */
function raisedWords({ raises = {} }: AnyFunctionSpec) {
  return Object.keys(raises).map((words) => {
    const characters = [...words].map((character) => character.replace(/\W/, '\\\\?\\$&'))
    return { what: `raises “${words}”`, pattern: new RegExp(characters.join('')) }
  })
}

/** The page that lists all functions with their tests. */
export function coveragePage(modules: readonly LuaModule[], tests: readonly NamedTest[], note: string): string {
  const lines = [
    note,
    '',
    '# Every function and its tests',
    '',
    'From the titles of the tests. What a function fails with, and what it raises, is shown by one of its tests; besides',
    'these, `test/lua/descriptions.test.ts` calls each function with wrong arguments, and the tests of each module run the',
    'examples of its page.',
    '',
  ]
  for (const module of modules) {
    lines.push(`## ${module.name}`, '', '| function | fails with | tests |', '|---|---|---|')
    for (const [name, { failures = {} }] of functionsOf(module)) {
      const own = tests.filter(({ functions }) => functions.includes(name))
      const kinds = Object.keys(failures).map((kind) => `\`${kind}\``)
      lines.push(`| \`${name}\` | ${kinds.join(', ')} | ${own.map(row).join('<br>') || '**none**'} |`)
    }
    lines.push('')
  }
  return `${lines.join('\n').trimEnd()}\n`
}

function row({ title, file }: NamedTest): string {
  const text = title.replaceAll('|', '\\|').replaceAll('\n', ' ').replaceAll('<', '&lt;')
  return `${text} ([${file.replace(/^test\/|\.test\.tsx?$/g, '')}](../../${file}))`
}
