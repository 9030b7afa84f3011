import { encodeKey } from '../../../screen/keys.ts'
import { Random } from '../../screen/random.ts'

/** Something a person, a terminal or a bad line does; `bytes` may be cut anywhere. */
export interface RandomEvent {
  readonly bytes: string
  /** The characters in it that no other event has. */
  readonly tags: readonly string[]
  readonly kind: 'tag' | 'key' | 'paste' | 'mouse' | 'focus' | 'broken'
}

export interface RandomInputOptions {
  readonly seed: number
  /** Descriptors that mean something somewhere: pressed more often than any other. */
  readonly keys: readonly string[]
}

/** CJK and the ideographs beyond: letters that no keymap knows, enough of them that each is typed once. */
const TAG_RANGES = [
  [0x4e00, 0x9fa5],
  [0xac00, 0xd7a3],
  [0x3400, 0x4db5],
  [0x20000, 0x2a6d6],
] as const

/** How often what happens, in thousandths. */
const SHARES: readonly (readonly [RandomEvent['kind'], number])[] = [
  ['tag', 280],
  ['key', 480],
  ['paste', 60],
  ['mouse', 150],
  ['focus', 10],
  ['broken', 20],
]

const LETTERS = ' !"#$%&\'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~'
/** None of which makes a paste or a mouse report of what comes next. */
const BROKEN = [
  '\x1b[',
  '\x1b[1;',
  '\x1bO',
  '\x1b]11;rgb:',
  '\x1bP>|',
  '\x1b[<0;3',
  '\xc3',
  '\x1b[M"!!',
  '\x1b[2;',
  '\x9b',
  '\0',
]
const SCRAPS = [
  '\r',
  '\n',
  '\t',
  '\x1b[201~',
  '\x1b',
  '\x03',
  'rm -rf',
  '\x1b[A',
  'é',
  '👩‍👩‍👧',
  '\x1b[200~',
  ' '.repeat(90),
]
const LEGACY = { applicationCursor: false, applicationKeypad: false, kittyFlags: 0, modifyOtherKeys: 0 }

/** Input that nobody thought of. The same seed gives the same again. */
export class RandomInput {
  readonly random: Random
  readonly #keys: readonly string[]
  readonly #tags = allTags()

  constructor({ seed, keys }: RandomInputOptions) {
    this.random = new Random(seed)
    this.#keys = keys
  }

  /** A character that never came before. */
  tag(): string {
    return this.#tags.next().value as string
  }

  event(cols: number, rows: number): RandomEvent {
    const kind = this.#kind()
    switch (kind) {
      case 'tag': {
        const tag = this.tag()
        return { kind, bytes: tag, tags: [tag] }
      }
      case 'key':
        return { kind, bytes: this.#key(), tags: [] }
      case 'paste':
        return { kind, ...this.#paste() }
      case 'mouse':
        return { kind, bytes: this.#mouse(cols, rows), tags: [] }
      case 'focus':
        return { kind, bytes: this.random.pick(['\x1b[I', '\x1b[O']), tags: [] }
      case 'broken':
        return { kind, bytes: this.random.pick(BROKEN), tags: [] }
    }
  }

  #kind(): RandomEvent['kind'] {
    let left = this.random.below(1000)
    for (const [kind, share] of SHARES) {
      left -= share
      if (left < 0) return kind
    }
    return 'key'
  }

  #key(): string {
    const way = this.random.below(10)
    if (way < 6) return keyOf(this.random.pick(this.#keys), this.random.below(3) === 0)
    if (way < 9) return this.random.pick([...LETTERS])
    const modifiers = 1 + this.random.below(8)
    const code = this.random.pick([9, 13, 27, 32, 127, 57399, 97 + this.random.below(26), 48 + this.random.below(10)])
    if (code === 113 && (modifiers - 1) & 4) return '' // ctrl+q leaves
    return `\x1b[${code};${modifiers}:${1 + this.random.below(3)}u`
  }

  /** Right after a tag that is typed: whoever gets that is to get all of it. */
  #paste(): { bytes: string; tags: string[] } {
    const tags = Array.from({ length: 1 + this.random.below(4) }, () => this.tag())
    const text = tags
      .slice(1)
      .map((tag) => this.random.pick(SCRAPS.filter((scrap) => !scrap.includes('\x1b[201'))) + tag)
    return { bytes: `${tags[0]}\x1b[200~${text.join('')}\x1b[201~`, tags }
  }

  #mouse(cols: number, rows: number): string {
    const x = 1 + this.random.below(cols + 3)
    const y = 1 + this.random.below(rows + 3)
    const button =
      this.random.pick([0, 0, 0, 1, 2, 3, 32, 32, 35, 64, 64, 65, 65, 66, 67, 128]) +
      this.random.pick([0, 0, 0, 0, 4, 8, 16])
    return `\x1b[<${button};${x};${y}${this.random.below(3) === 0 ? 'm' : 'M'}`
  }
}

/** What a terminal sends for a key, in one of the two ways there are. */
function keyOf(descriptor: string, kitty: boolean): string {
  const press = { descriptor, event: 'press', raw: new Uint8Array(0) } as const
  return Buffer.from(encodeKey(press, kitty ? { ...LEGACY, kittyFlags: 1 } : LEGACY)).toString()
}

function* allTags(): Generator<string, undefined> {
  for (const [from, to] of TAG_RANGES) for (let code = from; code <= to; code++) yield String.fromCodePoint(code)
}
