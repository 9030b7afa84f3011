import { hubModuleDescriptions } from '../../hub/modules/index.ts'
import { describedModules } from '../../lua/modules/index.ts'
import type { AnyFunctionSpec, LuaModule } from '../../lua/vm/index.ts'
import { signature } from '../../lua/vm/signature.ts'

/** Where descriptions begin; a longer signature has its description on the next line. */
const COLUMN = 44

/** All modules and their functions, a line each. */
export function listModules(): string[] {
  const modules = [...describedModules(), ...hubModuleDescriptions()]
  return modules
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((module) => ['', ...describe(module)])
    .slice(1)
}

function describe(module: LuaModule): string[] {
  const handles = Object.entries(module.handles ?? {})
  return [
    `${module.name}: ${firstSentence(module.doc)}`,
    ...lines(`${module.name}.`, module.functions),
    ...handles.flatMap(([type, { methods }]) => lines(`${type}:`, methods)),
  ]
}

function lines(prefix: string, functions: Readonly<Record<string, AnyFunctionSpec>>): string[] {
  return Object.entries(functions)
    .filter(([, { hidden }]) => !hidden)
    .map(([name, spec]) => {
      const left = `  ${signature(`${prefix}${name}`, spec)}`
      const gap = left.length < COLUMN ? ' '.repeat(COLUMN - left.length) : `\n${' '.repeat(COLUMN)}`
      return `${left}${gap}${firstSentence(spec.doc)}`
    })
}

function firstSentence(text: string): string {
  return /^.*?\.(?= |$)/.exec(text)?.[0] ?? text
}
