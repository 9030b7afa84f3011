// Which test is of which function: from the titles of tests, which begin with the functions they are of.
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import type { LuaModule } from '../../lua/vm/index.ts'
import { visible } from './stubs.ts'

export interface NamedTest {
  /** From the repository's root. */
  readonly file: string
  /** `fs.read`, `pty:write`. */
  readonly functions: readonly string[]
  /** What follows their names. */
  readonly title: string
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
  return [...source.matchAll(TITLES)].flatMap(([, , text = '']) => {
    const found = OF_FUNCTIONS.exec(text.replace(/\\(.)/g, '$1'))
    if (!found) return []
    const [, names = '', title = ''] = found
    const more = [...title.matchAll(MORE_FUNCTIONS)].map(([, name = '']) => name)
    return [{ functions: [...names.split(/, | and /), ...more], title }]
  })
}

/** Every function and method that scripts may call: `fs.read`, `pty:write`. */
export function functionNames(module: LuaModule): string[] {
  const functions = visible(module.functions).map(([name]) => `${module.name}.${name}`)
  const methods = Object.entries(module.handles ?? {}).flatMap(([type, handle]) =>
    visible(handle.methods).map(([name]) => `${type.replace(/\W/g, '')}:${name}`),
  )
  return [...functions, ...methods]
}

/** Functions that no test names. */
export function untested(modules: readonly LuaModule[], tests: readonly NamedTest[]): string[] {
  const tested = new Set(tests.flatMap(({ functions }) => functions))
  return modules.flatMap(functionNames).filter((name) => !tested.has(name))
}

/** The page that lists all functions with their tests. */
export function coveragePage(modules: readonly LuaModule[], tests: readonly NamedTest[], note: string): string {
  const lines = [
    note,
    '',
    '# Every function and its tests',
    '',
    'From the titles of the tests. Besides these, `test/lua/descriptions.test.ts` calls each function with wrong arguments,',
    'and the tests of each module run the examples of its page.',
    '',
  ]
  for (const module of modules) {
    lines.push(`## ${module.name}`, '', '| function | tests |', '|---|---|')
    for (const name of functionNames(module)) {
      const own = tests.filter(({ functions }) => functions.includes(name))
      lines.push(`| \`${name}\` | ${own.map(row).join('<br>') || '**none**'} |`)
    }
    lines.push('')
  }
  return `${lines.join('\n').trimEnd()}\n`
}

function row({ title, file }: NamedTest): string {
  const text = title.replaceAll('|', '\\|').replaceAll('\n', ' ').replaceAll('<', '&lt;')
  return `${text} ([${file.replace(/^test\/|\.test\.tsx?$/g, '')}](../../${file}))`
}
