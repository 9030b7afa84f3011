/** What is wrong with a tree, and where. */
export interface NodeError {
  /** `render(): root.children[2].props.items[3].style` */
  path: string
  /** `path: what is wrong`, in one line, as the user sees it. */
  message: string
}

/** How the parsing functions give up; parse-node.ts turns it into a value. */
export class NodeProblem extends Error {
  readonly path: string
  readonly problem: string

  constructor(path: string, problem: string) {
    super(`${path}: ${problem}`)
    this.name = 'NodeProblem'
    this.path = path
    this.problem = problem
  }
}

/**
 * Parses values of an array, by paths that begin at each value. Where they stand is put before the path only when
 * something is wrong: a list of twenty agents would make hundreds of paths for every picture, and nobody reads them.
 *
 * @param path of the array
 */
export function parseEach<Parsed>(
  values: readonly unknown[],
  path: string,
  parse: (value: unknown, path: string) => Parsed,
): Parsed[] {
  const parsed: Parsed[] = []
  try {
    for (const value of values) parsed.push(parse(value, ''))
  } catch (error) {
    if (!(error instanceof NodeProblem)) throw error
    throw new NodeProblem(`${path}[${parsed.length + 1}]${error.path}`, error.problem)
  }
  return parsed
}

/** Throws that `value` at `path` is not what it should be. */
export function refuse(path: string, expected: string, value: unknown): never {
  throw new NodeProblem(path, `expected ${expected}, got ${describe(value)}`)
}

/** `"red", "green" or "blue"` */
export function oneOf(names: readonly string[]): string {
  const quoted = names.map((name) => `"${name}"`)
  return quoted.length < 2 ? quoted.join('') : `${quoted.slice(0, -1).join(', ')} or ${quoted.at(-1)}`
}

/** A value in the words of Lua, short enough for a message. */
export function describe(value: unknown): string {
  if (value === undefined || value === null) return 'nil'
  if (typeof value === 'string') return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value)
  if (typeof value === 'object') return 'a table'
  return typeof value === 'function' ? 'a function' : String(value)
}
