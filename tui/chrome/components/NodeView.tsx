import type { ReactNode } from 'react'
import type { Node } from '../node.ts'
import { Centered } from './Centered.tsx'
import { ConnectionCodeView } from './ConnectionCodeView.tsx'
import { Empty } from './Empty.tsx'
import { Gauge } from './Gauge.tsx'
import { Input } from './Input.tsx'
import { List } from './List.tsx'
import { Paragraph } from './Paragraph.tsx'
import { Spinner } from './Spinner.tsx'
import { Split } from './Split.tsx'
import { Table } from './Table.tsx'
import { Tabs } from './Tabs.tsx'
import { Terminal } from './Terminal.tsx'

/** Draws a node, whatever it is. */
export function NodeView({ node }: { node: Node }): ReactNode {
  switch (node.type) {
    case 'hsplit':
    case 'vsplit':
      return <Split node={node} />
    case 'centered':
      return <Centered node={node} />
    case 'list':
      return <List node={node} />
    case 'table':
      return <Table node={node} />
    case 'tabs':
      return <Tabs node={node} />
    case 'gauge':
      return <Gauge node={node} />
    case 'spinner':
      return <Spinner node={node} />
    case 'paragraph':
      return <Paragraph node={node} />
    case 'input':
      return <Input node={node} />
    case 'terminal':
      return <Terminal node={node} />
    case 'connection_code':
      return <ConnectionCodeView node={node} />
    case 'empty':
      return <Empty node={node} />
  }
}

/**
 * What tells siblings from each other across frames: their ids, so that a list keeps its place when the layout changes,
 * else where they stand. An id that is there twice counts once.
 */
export function keysOf(nodes: Node[]): string[] {
  const seen = new Set<string>()
  return nodes.map((node, index) => {
    const named = 'id' in node && node.id !== undefined ? `${node.type}#${node.id}` : undefined
    const key = named === undefined || seen.has(named) ? `${node.type}:${index}` : named
    seen.add(key)
    return key
  })
}
