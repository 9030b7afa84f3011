import type { SequenceParser } from './xterm-internals.ts'

const ESC = '\x1b'
/** XTGETTCAP names we answer, with their values. */
const CAPABILITIES: Readonly<Record<string, string>> = { TN: 'xterm-256color', Co: '256', RGB: '8' }

export interface DeviceState {
  mouseEncoding(): number
  cursorShape(): number
  /** Whether the client's background is dark. */
  dark(): boolean
}

/** Answers the questions about the terminal itself that xterm answers not at all or as something it is not. */
export function answerDeviceQueries(
  parser: SequenceParser,
  version: string,
  state: DeviceState,
  reply: (data: string) => void,
): void {
  // DA1: a VT220 with colours (22) and a clipboard (52).
  parser.registerCsiHandler({ final: 'c' }, ({ params }) => {
    if (params[0] === 0) reply(`${ESC}[?62;22;52c`)
    return true
  })
  // DA2: programs such as vim read an xterm patch level from it; from 277 on they use SGR mouse reports.
  parser.registerCsiHandler({ prefix: '>', final: 'c' }, ({ params }) => {
    if (params[0] === 0) reply(`${ESC}[>41;380;0c`)
    return true
  })
  // DA3: the unit has no serial number.
  parser.registerCsiHandler({ prefix: '=', final: 'c' }, ({ params }) => {
    if (params[0] === 0) reply(`${ESC}P!|00000000${ESC}\\`)
    return true
  })
  // XTVERSION
  parser.registerCsiHandler({ prefix: '>', final: 'q' }, ({ params }) => {
    if (params[0] === 0) reply(`${ESC}P>|botster(${version})${ESC}\\`)
    return true
  })
  // DECRQM for modes that xterm knows nothing of; the rest it answers itself.
  parser.registerCsiHandler({ prefix: '?', intermediates: '$', final: 'p' }, ({ params }) => {
    const mode = params[0]!
    if (mode === 1005 || mode === 1015) reply(`${ESC}[?${mode};${state.mouseEncoding() === mode ? 1 : 2}$y`)
    else if (mode === 2027)
      reply(`${ESC}[?2027;3$y`) // clusters take the width of what is seen, always
    else return false
    return true
  })
  // Dark or light: CSI ? 996 n.
  parser.registerCsiHandler({ prefix: '?', final: 'n' }, ({ params }) => {
    if (params[0] !== 996) return false
    reply(`${ESC}[?997;${state.dark() ? 1 : 2}n`)
    return true
  })
  // DECRQSS for the cursor shape; xterm would tell its own option.
  parser.registerDcsHandler({ intermediates: '$', final: 'q' }, (data) => {
    if (data !== ' q') return false
    reply(`${ESC}P1$r${state.cursorShape()} q${ESC}\\`)
    return true
  })
  // XTGETTCAP: names and values in hexadecimal.
  parser.registerDcsHandler({ intermediates: '+', final: 'q' }, (data) => {
    for (const name of data.split(';').slice(0, 32)) reply(capability(name.slice(0, 64)))
    return true
  })
}

function capability(hexName: string): string {
  const name = Buffer.from(hexName, 'hex').toString('latin1')
  const value = Object.hasOwn(CAPABILITIES, name) ? CAPABILITIES[name] : undefined
  if (value === undefined) return `${ESC}P0+r${/^[0-9a-fA-F]*$/.test(hexName) ? hexName : ''}${ESC}\\`
  return `${ESC}P1+r${hexName}=${Buffer.from(value, 'latin1').toString('hex')}${ESC}\\`
}
