import type { Anchor, CenteredNode, Constraint, Node, SplitNode } from './node.ts'
import { parseConstraint } from './parse-constraint.ts'
import { describe, type NodeError, NodeProblem, oneOf, refuse } from './parse-error.ts'
import { parseArray, parseTable, type Table } from './parse-table.ts'
import { parseWidget } from './parse-widget.ts'

export type { NodeError } from './parse-error.ts'

/** Every type of node. */
export const NODE_TYPES = [
  'hsplit',
  'vsplit',
  'centered',
  'list',
  'table',
  'tabs',
  'gauge',
  'spinner',
  'paragraph',
  'input',
  'terminal',
  'connection_code',
  'empty',
] as const

const ANCHORS: readonly Anchor[] = [
  'center',
  'top',
  'bottom',
  'left',
  'right',
  'top_left',
  'top_right',
  'bottom_left',
  'bottom_right',
]

/** Levels of nesting; deeper trees are a mistake and would only cost time. */
const MAX_DEPTH = 50

/**
 * Checks a tree that Lua returned and brings it into the shapes of node.ts.
 *
 * @param value a table copied out of Lua (lua/vm/types.ts)
 * @param source who returned it, as errors should say: "render()" or "render_overlay()"
 */
export function parseNode(value: unknown, source: string): { ok: true; node: Node } | { ok: false; error: NodeError } {
  try {
    return { ok: true, node: parse(value, `${source}: root`, 0) }
  } catch (problem) {
    if (!(problem instanceof NodeProblem)) throw problem
    return { ok: false, error: { path: problem.path, message: problem.message } }
  }
}

function parse(value: unknown, path: string, depth: number): Node {
  if (depth > MAX_DEPTH) throw new NodeProblem(path, `nested more than ${MAX_DEPTH} levels deep`)
  const table = parseTable(value, path, 'a node (a table with a type)')
  const type = NODE_TYPES.find((known) => known === table.type)
  switch (type) {
    case undefined:
      throw new NodeProblem(path, `unknown type ${describe(table.type)} (expected ${oneOf(NODE_TYPES)})`)
    case 'hsplit':
    case 'vsplit':
      return parseSplit(type, table, path, depth)
    case 'centered':
      return parseCentered(table, path, depth)
    case 'list':
    case 'table':
    case 'tabs':
    case 'gauge':
    case 'spinner':
    case 'paragraph':
    case 'input':
    case 'terminal':
    case 'connection_code':
    case 'empty':
      return parseWidget(type, table, path)
  }
}

function parseSplit(type: SplitNode['type'], table: Table, path: string, depth: number): SplitNode {
  const children = parseArray(table.children, `${path}.children`, 'an array of nodes')
  const constraints = parseArray(table.constraints, `${path}.constraints`, 'an array of constraints')
  if (children.length !== constraints.length) {
    throw new NodeProblem(path, `${count(constraints, 'constraint')} for ${count(children, 'child', 'children')}`)
  }
  return {
    type,
    path,
    constraints: constraints.map((constraint, index) =>
      parseConstraint(constraint, `${path}.constraints[${index + 1}]`),
    ),
    children: children.map((child, index) => parse(child, `${path}.children[${index + 1}]`, depth + 1)),
  }
}

function parseCentered(table: Table, path: string, depth: number): CenteredNode {
  return {
    type: 'centered',
    path,
    anchor: parseAnchor(table.anchor, `${path}.anchor`),
    width: parseSize(table.width, `${path}.width`),
    height: parseSize(table.height, `${path}.height`),
    child: parse(table.child, `${path}.child`, depth + 1),
  }
}

function parseAnchor(value: unknown, path: string): Anchor {
  if (value === undefined || value === null) return 'center'
  const anchor = ANCHORS.find((known) => known === value)
  if (anchor === undefined)
    throw new NodeProblem(path, `unknown anchor ${describe(value)} (expected ${oneOf(ANCHORS)})`)
  return anchor
}

/** A number is a percentage here; absent is all of it. */
function parseSize(value: unknown, path: string): Constraint {
  if (value === undefined || value === null) return { kind: 'percent', value: 100 }
  if (typeof value !== 'number') return parseConstraint(value, path)
  if (value >= 0 && value <= 100) return { kind: 'percent', value }
  return refuse(path, 'a percentage from 0 to 100', value)
}

function count(values: unknown[], singular: string, plural = `${singular}s`): string {
  return `${values.length} ${values.length === 1 ? singular : plural}`
}
