import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Plugin } from 'esbuild'

const FAST = join(import.meta.dirname, '../tui/chrome/fast-string-width.ts')
/** Every emoji there is: V8 takes 12 ms to read it, and as long again at its first use. */
const EMOJI = String.raw`const rgiEmojiRegex = /^\p{RGI_Emoji}$/v;`
const LAZY_EMOJI = String.raw`
let rgiEmoji;
const rgiEmojiRegex = { test: (text) => (rgiEmoji ??= /^\p{RGI_Emoji}$/v).test(text) };`

/**
 * Makes string-width light to load and to use: it reads its pattern of emoji when it meets something that may be one,
 * and what Ink and its packages measure comes from a table where it can.
 */
export const lightStringWidth: Plugin = {
  name: 'light-string-width',
  setup(build) {
    build.onResolve({ filter: /^string-width$/ }, ({ importer }) => {
      return importer.includes('node_modules') ? { path: FAST } : undefined
    })
    build.onLoad({ filter: /[\\/]string-width[\\/]index\.js$/ }, ({ path }) => {
      const source = readFileSync(path, 'utf8')
      if (!source.includes(EMOJI)) throw new Error(`${path} looks for emoji in another way: ${import.meta.filename}`)
      return { contents: source.replace(EMOJI, () => LAZY_EMOJI) }
    })
  },
}
