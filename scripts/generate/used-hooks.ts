// Which hooks and events the shipped code calls and emits, so that the catalogue can be held against it.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { CATALOGUE } from '../../hub/catalogue/index.ts'

const LUA_FOLDERS = ['lua/hub', 'lua/lib', 'lua/handlers']
const TS_FOLDERS = ['hub']

/** What is wrong with the catalogue: hooks that are in the code and not in it, and the other way round. */
export function catalogueProblems(repository: string): string[] {
  const inCode = usedHooks(repository)
  const described = CATALOGUE.flatMap(({ hooks }) => hooks).flatMap(({ name, kind }) =>
    kind === 'both' ? [`observer ${name}`, `interceptor ${name}`] : [`${kind} ${name}`],
  )
  return [
    ...inCode.filter((use) => !described.includes(use)).map((use) => `hub/catalogue does not describe the ${use}`),
    ...described.filter((use) => !inCode.includes(use)).map((use) => `nothing calls the ${use} of hub/catalogue`),
    ...described.filter((use, at) => described.indexOf(use) !== at).map((use) => `hub/catalogue has the ${use} twice`),
  ]
}

/** `observer NAME`, `interceptor NAME` and `event NAME`. */
function usedHooks(repository: string): string[] {
  return [
    ...matches(repository, LUA_FOLDERS, '.lua', {
      observer: /hooks\.notify\(\s*["']([^"']+)["']/g,
      interceptor: /hooks\.call\(\s*["']([^"']+)["']/g,
      event: /events\.emit\(\s*["']([^"']+)["']/g,
    }),
    ...matches(repository, TS_FOLDERS, '.ts', { event: /\bemit\(\s*'([^']+)'/g }),
  ].filter((use, at, all) => all.indexOf(use) === at)
}

/** Calls whose name only a run would tell. */
export function dynamicCalls(repository: string): string[] {
  return matches(repository, LUA_FOLDERS, '.lua', {
    call: /(?:hooks\.(?:notify|call)|events\.emit)\(([^"'\s)][^,)]*)/g,
  })
}

/** What files below some folders say, matched: what it is used for, and the name. Comments are left out. */
function matches(
  repository: string,
  folders: readonly string[],
  extension: string,
  patterns: Readonly<Record<string, RegExp>>,
): string[] {
  const found = new Set<string>()
  for (const folder of folders) {
    const files = readdirSync(join(repository, folder), { recursive: true, encoding: 'utf8' })
    for (const file of files.filter((name) => name.endsWith(extension))) {
      const code = readFileSync(join(repository, folder, file), 'utf8').replace(/^\s*(--|\/\/|\*).*$/gm, '')
      for (const [use, pattern] of Object.entries(patterns)) {
        for (const [, name] of code.matchAll(pattern)) found.add(`${use} ${name}`)
      }
    }
  }
  return [...found]
}
