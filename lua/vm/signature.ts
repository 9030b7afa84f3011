/** How a described function is written for people. */
import type { AnyFunctionSpec, ArgSpec } from './module.ts'

export function isOptional(arg: ArgSpec): boolean {
  return arg.optional === true || arg.default !== undefined
}

/** `name(a, b?, ...)`. */
export function signature(name: string, spec: AnyFunctionSpec): string {
  const args = (spec.args ?? []).map((arg) => (isOptional(arg) ? `${arg.name}?` : arg.name))
  if (spec.variadic !== undefined) args.push('...')
  return `${name}(${args.join(', ')})`
}
