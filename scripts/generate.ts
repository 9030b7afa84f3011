// Writes lua/types (LuaLS stubs) and docs/lua (the reference) from the module definitions and the catalogues of hooks and commands, and
// docs/ui-reference.md from the UI's nodes, operations and keys. With
// --check it writes nothing and exits 1 when a file is stale, a function or one of its failures has no test, or a hook is
// not described, naming it. --out DIR: below that directory instead of the repository.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import { parseArgs } from 'node:util'
import { CATALOGUE } from '../hub/catalogue/index.ts'
import { hubModuleDescriptions } from '../hub/modules/index.ts'
import { describedModules } from '../lua/modules/index.ts'
import type { LuaModule } from '../lua/vm/index.ts'
import { commandProblems, commandsPage } from './generate/commands.ts'
import { coveragePage, namedTests, unshown, untested } from './generate/coverage.ts'
import { hooksPage } from './generate/hooks.ts'
import { LUA_MODULES, luaModulePage } from './generate/lua-modules.ts'
import { index, NOTE, page } from './generate/reference.ts'
import { stub } from './generate/stubs.ts'
import { uiReference } from './generate/ui-reference.ts'
import { catalogueProblems } from './generate/used-hooks.ts'

const { values: options } = parseArgs({ options: { check: { type: 'boolean' }, out: { type: 'string' } } })
const repository = dirname(import.meta.dirname)
const root = options.out ?? repository
const folders = { stubs: join(root, 'lua/types'), reference: join(root, 'docs/lua') }

/** Names that LuaLS knows by itself: a stub would say it twice. */
const BUILT_IN = new Set(['os', 'io'])

/** Pages beside the generated ones. */
const WRITTEN_BY_HAND = new Set(['values.md'])

/** What may be without a test by its name: only botster's own Lua calls it, and the tests are of what that does. */
const MAY_BE_UNTESTED = /^(records|runtime)\./

const modules: readonly LuaModule[] = [...describedModules(), ...hubModuleDescriptions()].toSorted((a, b) =>
  a.name < b.name ? -1 : 1,
)

const files = new Map<string, string>([[join(folders.reference, 'README.md'), index(modules, LUA_MODULES)]])
for (const module of modules) {
  files.set(join(folders.reference, `${module.name}.md`), page(module))
  if (!BUILT_IN.has(module.name)) files.set(join(folders.stubs, `${module.name}.lua`), stub(module))
}

for (const module of LUA_MODULES) {
  files.set(join(folders.reference, `${module.name}.md`), luaModulePage(repository, module))
}
files.set(join(folders.reference, 'hooks.md'), hooksPage(CATALOGUE))
files.set(join(folders.reference, 'commands.md'), commandsPage())

const tests = namedTests(repository)
files.set(join(folders.reference, 'coverage.md'), coveragePage(modules, tests, NOTE))

files.set(join(root, 'docs/ui-reference.md'), await uiReference(repository))

const stale = staleFiles()
const missing = untested(modules, tests).filter((name) => !MAY_BE_UNTESTED.test(name))
const untold = unshown(modules, tests).filter(({ name }) => !MAY_BE_UNTESTED.test(name))
if (options.check) {
  for (const path of stale) process.stderr.write(`stale: ${relative(root, path)}\n`)
  if (stale.length > 0) process.stderr.write('run `npm run generate`\n')
  const undescribed = [...catalogueProblems(repository), ...commandProblems(repository)]
  for (const problem of undescribed) process.stderr.write(`${problem}\n`)
  for (const name of missing) process.stderr.write(`no test is titled '${name}: …'\n`)
  for (const { name, what } of untold) process.stderr.write(`no test titled '${name}: …' shows that it ${what}\n`)
  process.exitCode = stale.length + missing.length + untold.length + undescribed.length > 0 ? 1 : 0
} else {
  for (const folder of Object.values(folders)) mkdirSync(folder, { recursive: true })
  for (const path of stale) {
    const text = files.get(path)
    if (text === undefined) rmSync(path)
    else writeFileSync(path, text)
    process.stdout.write(`${text === undefined ? 'removed' : 'wrote'} ${relative(root, path)}\n`)
  }
}

/** Files that are missing, differ, or belong to no module any more. */
function staleFiles(): string[] {
  const changed = [...files].filter(([path, text]) => readText(path) !== text).map(([path]) => path)
  const left = Object.values(folders)
    .flatMap(list)
    .filter((path) => !files.has(path) && !WRITTEN_BY_HAND.has(basename(path)))
  return [...changed, ...left].sort()
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder).map((name) => join(folder, name))
  } catch {
    return [] // not made yet
  }
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
