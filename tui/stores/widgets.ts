import type { InputNode, ListNode, Node, TableNode } from '../chrome/node.ts'
import { TextField } from './text-field.ts'

/** A list that keys and wheel move in, or that can be clicked. */
export interface FocusedList {
  readonly node: ListNode | TableNode
  /** The actions of its selectable items, in order; items without one have `null`. */
  readonly actions: readonly unknown[]
  /** Whether the host keeps the selection; otherwise Lua does, through `selected`. */
  readonly owned: boolean
}

/**
 * The selection of lists and the text of inputs that Lua left to the host. An overlay has the focus while it is up: its
 * first list and its last input; without one the tree's own inputs have it.
 */
export class Widgets {
  readonly #selections = new Map<string, number>()
  readonly #fields = new Map<string, TextField>()
  /** Every list drawn last. */
  #lists: FocusedList[] = []
  #list: FocusedList | undefined
  #field: TextField | undefined
  #prefill = ''

  /** The overlay's first list. */
  get list(): FocusedList | undefined {
    return this.#list
  }

  /** The focused input; undefined when Lua keeps its text itself. */
  get field(): TextField | undefined {
    return this.#field
  }

  /** `_tui_state.list_selected`: from 0, headers not counted. */
  get listSelected(): number {
    return this.#list?.node.selected ?? 0
  }

  /** `_tui_state.input_buffer`; before the input is drawn for the first time, what it is going to hold. */
  get inputBuffer(): string {
    return this.#field?.value ?? this.#prefill
  }

  /** Forgets everything, as a change of the mode does. `prefill` is put into the next input. */
  reset(prefill = ''): void {
    this.#selections.clear()
    this.#fields.clear()
    this.#lists = []
    this.#list = undefined
    this.#field = undefined
    this.#prefill = prefill
  }

  /** Puts what the host keeps into the nodes Lua left it out of; ids that are gone are forgotten. */
  apply(tree: Node, overlay: Node | undefined): void {
    const seen = new Set<string>()
    this.#lists = []
    this.#list = undefined
    this.#field = undefined
    this.#visit(tree, overlay === undefined, false, seen)
    if (overlay) this.#visit(overlay, true, true, seen)
    for (const key of this.#selections.keys()) if (!seen.has(key)) this.#selections.delete(key)
    for (const key of this.#fields.keys()) if (!seen.has(key)) this.#fields.delete(key)
  }

  /** Moves the selection of the focused list. @returns false when there is none of the host's. */
  moveSelection(change: (selected: number, count: number) => number): boolean {
    const list = this.#list
    if (!list?.owned) return false
    const count = list.actions.length
    const next = Math.max(0, Math.min(count - 1, change(list.node.selected ?? 0, count)))
    list.node.selected = next
    this.#selections.set(key(list.node), next)
    return true
  }

  /** Selects an item of a list whose selection is the host's. @returns false when it is selected, or not the host's */
  select(path: string, index: number): boolean {
    const list = this.#lists.find(({ node }) => node.path === path)
    if (!list?.owned || list.node.selected === index || index >= list.actions.length) return false
    list.node.selected = index
    this.#selections.set(key(list.node), index)
    return true
  }

  #visit(node: Node, focusable: boolean, overlay: boolean, seen: Set<string>): void {
    switch (node.type) {
      case 'hsplit':
      case 'vsplit':
        for (const child of node.children) this.#visit(child, focusable, overlay, seen)
        return
      case 'centered':
        return this.#visit(node.child, focusable, overlay, seen)
      case 'list':
      case 'table':
        return this.#visitList(node, overlay, seen)
      case 'input':
        return this.#visitInput(node, focusable, overlay, seen)
      case 'tabs':
      case 'gauge':
      case 'spinner':
      case 'paragraph':
      case 'terminal':
      case 'connection_code':
      case 'empty':
        return
    }
  }

  #visitList(node: ListNode | TableNode, overlay: boolean, seen: Set<string>): void {
    const items: readonly { header: boolean; action?: unknown }[] = node.items
    const actions = items.filter(({ header }) => !header).map(({ action }) => action ?? null)
    const owned = node.selected === undefined && (node.id !== undefined || overlay)
    if (owned && actions.length > 0) {
      seen.add(key(node))
      node.selected = Math.min(this.#selections.get(key(node)) ?? 0, actions.length - 1)
      this.#selections.set(key(node), node.selected)
    }
    const list = { node, actions, owned }
    this.#lists.push(list)
    if (overlay) this.#list ??= list
  }

  #visitInput(node: InputNode, focusable: boolean, overlay: boolean, seen: Set<string>): void {
    if (node.value !== undefined || (node.id === undefined && !overlay)) return
    seen.add(key(node))
    let field = this.#fields.get(key(node))
    if (field === undefined) {
      field = new TextField()
      field.set(this.#prefill)
      this.#prefill = ''
      this.#fields.set(key(node), field)
    }
    node.value = field.value
    node.cursor = field.cursor
    if (focusable) this.#field = field
  }
}

function key(node: ListNode | TableNode | InputNode): string {
  return node.id ?? node.path
}
