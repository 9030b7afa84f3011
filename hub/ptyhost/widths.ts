import graphemes from '@xterm/addon-unicode-graphemes'
import type xterm from '@xterm/headless'

type Provider = xterm.IUnicodeVersionProvider

/** Of the addon's tables: clusters (UAX #29) instead of code points. */
const GRAPHEMES = '15-graphemes'
/** Where emoji are that Unicode added since the addon's tables were made, and the skin tones. */
const EMOJI_BLOCKS = { first: 0x1f000, last: 0x1ffff }
/** What the addon packs into a number: the width stands in bits 1 and 2. */
const WIDTH_SHIFT = 1
const WIDTH_MASK = 3

/**
 * Has a terminal measure text as the chrome does, and as the programs that draw with string-width do: the addon's
 * clusters, but emoji newer than its tables (🪿, 🫠, the skin tones alone) take two cells, as in current terminals.
 */
export function measureAsChrome(terminal: xterm.Terminal): void {
  const base = graphemeProvider()
  const newer = newerEmoji(base)
  terminal.unicode.register({
    version: 'botster',
    wcwidth: (codePoint) => (newer.has(codePoint) ? 2 : base.wcwidth(codePoint)),
    charProperties(codePoint, preceding) {
      const properties = base.charProperties(codePoint, preceding)
      const isNarrow = ((properties >> WIDTH_SHIFT) & WIDTH_MASK) === 1
      return isNarrow && newer.has(codePoint) ? properties + (1 << WIDTH_SHIFT) : properties
    },
  })
  terminal.unicode.activeVersion = 'botster'
}

/** What the addon would register: it hands it to whatever it is activated on. */
function graphemeProvider(): Provider {
  const providers: Provider[] = []
  const unicode = { versions: [], activeVersion: '', register: (provider: Provider) => providers.push(provider) }
  new graphemes.UnicodeGraphemesAddon().activate({ unicode } as unknown as Parameters<
    InstanceType<typeof graphemes.UnicodeGraphemesAddon>['activate']
  >[0])
  const provider = providers.find(({ version }) => version === GRAPHEMES)
  if (provider === undefined) throw new Error(`@xterm/addon-unicode-graphemes has no ${GRAPHEMES} any more`)
  return provider
}

function newerEmoji(base: Provider): ReadonlySet<number> {
  const codePoints = new Set<number>()
  for (let codePoint = EMOJI_BLOCKS.first; codePoint <= EMOJI_BLOCKS.last; codePoint++) {
    const isEmoji = /^\p{Emoji_Presentation}$/u.test(String.fromCodePoint(codePoint))
    if (isEmoji && base.wcwidth(codePoint) === 1) codePoints.add(codePoint)
  }
  return codePoints
}
