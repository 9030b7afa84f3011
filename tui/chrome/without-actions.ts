import type { Node } from './node.ts'

/** The same tree without the items' actions, which are Lua's own data: the worker needs none and may not take them all. */
export function withoutActions(node: Node): Node {
  switch (node.type) {
    case 'hsplit':
    case 'vsplit':
      return { ...node, children: node.children.map(withoutActions) }
    case 'centered':
      return { ...node, child: withoutActions(node.child) }
    case 'list':
      return { ...node, items: node.items.map(withoutAction) }
    case 'table':
      return { ...node, items: node.items.map(withoutAction) }
    case 'tabs':
      return { ...node, items: node.items.map(withoutAction) }
    case 'gauge':
    case 'spinner':
    case 'paragraph':
    case 'input':
    case 'terminal':
    case 'connection_code':
    case 'empty':
      return node
  }
}

function withoutAction<Item extends { action?: unknown }>(item: Item): Item {
  return item.action === undefined ? item : { ...item, action: undefined }
}
