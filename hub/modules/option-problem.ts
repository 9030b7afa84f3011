import * as z from 'zod'
import { typeOf } from '../../lua/modules/web/options.ts'

/** How a type is called in Lua. */
const TYPES: Readonly<Record<string, string>> = { int: 'integer', array: 'list', record: 'table', object: 'table' }

/** What is wrong with a table of options, in the words of all primitives: "rows: integer expected, got string". */
export function optionProblem(schema: z.ZodType, issue: z.core.$ZodIssue): string {
  if (issue.code === 'unrecognized_keys') {
    const unknown = issue.keys.map((key) => `'${snakeCaseName(key)}'`).join(', ')
    const known = namesIn(schema).map(snakeCaseName).join(', ')
    return `unknown option ${unknown}${known === '' ? '' : `: expected one of ${known}`}`
  }
  const [option, ...below] = issue.path.map(String)
  const field = option === undefined ? '' : [snakeCaseName(option), ...below].join('.')
  return field === '' ? problemOf(issue) : `${field}: ${problemOf(issue)}`
}

export function snakeCaseName(field: string): string {
  return field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

function problemOf(issue: z.core.$ZodIssue): string {
  const types = typesIn(issue)
  if (types.length > 0) return `${[...new Set(types)].join(' or ')} expected, got ${given(issue.input)}`
  if (issue.code === 'too_small') {
    if (issue.origin === 'string') return 'string that is not empty expected'
    return `${issue.minimum} or more expected, got ${given(issue.input)}`
  }
  if (issue.code === 'too_big') {
    if (issue.origin === 'string') return `at most ${issue.maximum} characters expected`
    return `at most ${issue.maximum} expected, got ${given(issue.input)}`
  }
  return issue.message
}

/** The types that would have been taken, of a union those of every member; none when the type was right. */
function typesIn(issue: z.core.$ZodIssue): string[] {
  if (issue.code === 'invalid_type') return [TYPES[issue.expected] ?? issue.expected]
  if (issue.code === 'invalid_union') return issue.errors.flatMap((issues) => issues.flatMap(typesIn))
  return []
}

/** Numbers as they are, of anything else the type: it may be long, or a secret. */
function given(value: unknown): string {
  return typeof value === 'number' ? String(value) : typeOf(value)
}

/** The names that an options table may have. */
function namesIn(schema: z.ZodType): string[] {
  if (schema instanceof z.ZodObject) return Object.keys(schema.shape)
  return schema instanceof z.ZodPipe ? namesIn(schema.in as z.ZodType) : []
}
