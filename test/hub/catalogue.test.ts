import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { CATALOGUE } from '../../hub/catalogue/index.ts'
import { packageRoot } from '../../protocol/paths.ts'

const LUA_FOLDERS = ['lua/hub', 'lua/lib', 'lua/handlers']
const TS_FOLDERS = ['hub']

/** What files below some folders say, matched: the name, and what it is used for. */
function used(folders: readonly string[], extension: string, patterns: Readonly<Record<string, RegExp>>): string[] {
  const found = new Set<string>()
  for (const folder of folders) {
    const files = readdirSync(join(packageRoot(), folder), { recursive: true, encoding: 'utf8' })
    for (const file of files.filter((name) => name.endsWith(extension))) {
      const source = readFileSync(join(packageRoot(), folder, file), 'utf8')
      const code = source.replace(/^\s*(--|\/\/|\*).*$/gm, '')
      for (const [use, pattern] of Object.entries(patterns)) {
        for (const [, name] of code.matchAll(pattern)) found.add(`${use} ${name}`)
      }
    }
  }
  return [...found]
}

test('Every hook and event of the shipped code is in the catalogue, and nothing else is', () => {
  const inCode = new Set([
    ...used(LUA_FOLDERS, '.lua', {
      observer: /hooks\.notify\(\s*["']([^"']+)["']/g,
      interceptor: /hooks\.call\(\s*["']([^"']+)["']/g,
      event: /events\.emit\(\s*["']([^"']+)["']/g,
    }),
    ...used(TS_FOLDERS, '.ts', { event: /\bemit\(\s*'([^']+)'/g }),
  ])
  const described = CATALOGUE.flatMap(({ hooks }) => hooks).flatMap(({ name, kind }) =>
    kind === 'both' ? [`observer ${name}`, `interceptor ${name}`] : [`${kind} ${name}`],
  )
  expect([...inCode].filter((use) => !described.includes(use))).toEqual([])
  expect(described.filter((use) => !inCode.has(use))).toEqual([])
  expect(described.length).toBe(new Set(described).size)
})

test('No hook or event has a name that only a run would tell, except where a name is passed on', () => {
  const dynamic = used(LUA_FOLDERS, '.lua', { call: /(?:hooks\.(?:notify|call)|events\.emit)\(([^"'\s)][^,)]*)/g })
  // The definitions of these functions, and what hands them to sandboxed scripts.
  expect(dynamic.sort()).toEqual(['call event'])
})
