import type { Alignment, Line, Span } from './node.ts'
import { describe, NodeProblem, oneOf, parseEach, refuse } from './parse-error.ts'
import { parseStyle } from './parse-style.ts'
import { isTable, parseArray } from './parse-table.ts'
import { SPINNER_MARK } from './spinner-glyphs.ts'

/**
 * C0, DEL and C1: in a cell they would reach the user's terminal as commands. Line and paragraph separators with them,
 * and the mark of spinners.
 */
const CONTROL = /[\0-\x1f\x7f-\x9f\u2028\u2029\ufdd0]/
const CONTROLS = /[\0-\x1f\x7f-\x9f\u2028\u2029\ufdd0]/g

/**
 * A line: a string, a span `{text, style}` or `{spinner = true, style}`, or an array of both. Numbers count as strings; bytes that are not UTF-8
 * become U+FFFD, since a program's title must not break the layout.
 */
export function parseLine(value: unknown, path: string): Line {
  if (Array.isArray(value)) return parseEach(value, path, parseSpan)
  return [parseSpan(value, path)]
}

/** An optional line. */
export function parseOptionalLine(value: unknown, path: string): Line | undefined {
  return value === undefined || value === null ? undefined : parseLine(value, path)
}

/** Lines: an array of lines, or one string; line breaks within strings begin new ones. Absent is none. */
export function parseLines(value: unknown, path: string): Line[] {
  if (typeof value === 'string') return splitLine(value)
  const array = parseArray(value, path, 'an array of lines')
  return parseEach(array, path, (line, at) =>
    typeof line === 'string' ? splitLine(line) : [parseLine(line, at)],
  ).flat()
}

/** The text of a string, a number or bytes, as it is; undefined for anything else. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'bigint') return String(value)
  return value instanceof Uint8Array ? new TextDecoder().decode(value) : undefined
}

/** Replaces what must not reach a cell: white space among it with spaces, the rest with U+FFFD. */
function printable(text: string): string {
  if (!CONTROL.test(text)) return text
  return text.replace(CONTROLS, (character) => (/[\t\n\r\f\v\u2028\u2029]/.test(character) ? ' ' : '\ufffd'))
}

/** An optional string, without control characters. */
export function parseText(value: unknown, path: string): string | undefined {
  if (value === undefined || value === null) return undefined
  const text = textOf(value)
  return text === undefined ? refuse(path, 'a string', value) : printable(text)
}

export function parseAlignment(value: unknown, path: string): Alignment {
  if (value === undefined || value === null) return 'left'
  if (value === 'left' || value === 'center' || value === 'right') return value
  throw new NodeProblem(path, `unknown alignment ${describe(value)} (expected ${oneOf(['left', 'center', 'right'])})`)
}

function parseSpan(value: unknown, path: string): Span {
  const text = textOf(value)
  if (text !== undefined) return { text: printable(text) }
  if (!isTable(value)) return refuse(path, 'a string or a span {text, style}', value)
  if (value.spinner === true) return { text: SPINNER_MARK, style: parseStyle(value.style, `${path}.style`) }
  const content = textOf(value.text)
  if (content === undefined) return refuse(`${path}.text`, 'a string', value.text)
  const style = parseStyle(value.style, `${path}.style`)
  return style ? { text: printable(content), style } : { text: printable(content) }
}

function splitLine(text: string): Line[] {
  if (!text.includes('\n')) return [[{ text: printable(text) }]]
  return text.split(/\r?\n/).map((line) => [{ text: printable(line) }])
}
