import { PassThrough } from 'node:stream'
import { Box, type DOMElement, type Instance, render } from 'ink'
import { createElement, createRef, type ReactElement } from 'react'

/**
 * Ink without a terminal: components go in, a tree of laid out elements comes out, for the painter. It reads no keys,
 * touches no signal, no console and no tty, and never prints: printing would be thrown away here.
 */
export class InkScreen implements Disposable {
  /** What Ink has laid out; its boxes' positions are valid after `render`. */
  readonly root: DOMElement
  /** How often React has committed: what a panel prints must not be among the causes. */
  commits = 0
  readonly #instance: Instance
  readonly #output: PassThrough & { columns: number; rows: number }

  constructor() {
    this.#output = Object.assign(new PassThrough(), { columns: 80, rows: 24 })
    this.#output.resume()
    const probe = createRef<DOMElement>()
    this.#instance = render(createElement(Box, { ref: probe }), {
      stdout: this.#output as unknown as NodeJS.WriteStream,
      stderr: this.#output as unknown as NodeJS.WriteStream,
      stdin: new PassThrough() as unknown as NodeJS.ReadStream,
      exitOnCtrlC: false,
      patchConsole: false,
      interactive: false,
      isScreenReaderEnabled: false,
    })
    this.root = rootOf(probe.current)
    // Ink calls one of the two at the end of every commit, to print.
    this.root.onRender = this.root.onImmediateRender = () => {
      this.commits++
    }
  }

  /** Renders and lays out; returns when effects and what they changed are done. */
  render(element: ReactElement, cols: number, rows: number): void {
    this.#output.columns = cols
    this.#output.rows = rows
    this.#instance.rerender(element)
  }

  [Symbol.dispose](): void {
    this.#instance.unmount()
  }
}

function rootOf(element: DOMElement | null): DOMElement {
  let root = element
  while (root?.parentNode) root = root.parentNode
  if (root?.nodeName !== 'ink-root') throw new Error('Ink did not mount: its element tree has no root')
  return root
}
