import type { ListNode, Node, TableNode, TabsNode } from './chrome/node.ts'

/** The list, table or tabs at `path` in one of the trees. */
export function findItems(
  trees: readonly (Node | undefined)[],
  path: string,
): ListNode | TableNode | TabsNode | undefined {
  for (const tree of trees) {
    for (const node of tree ? eachNode(tree) : []) {
      if ('items' in node && node.path === path) return node
    }
  }
  return undefined
}

/** A node and all nodes below it. */
export function* eachNode(node: Node): Generator<Node> {
  yield node
  switch (node.type) {
    case 'hsplit':
    case 'vsplit':
      for (const child of node.children) yield* eachNode(child)
      return
    case 'centered':
      return yield* eachNode(node.child)
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
      return
  }
}
