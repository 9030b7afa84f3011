/**
 * The parts of xterm that its public API does not show and that emulator.ts reads: cells as numbers (reading them
 * through getCell costs twenty times as much) and the parser without its timer. The version is pinned exactly, and
 * emulator-check.ts compares all of it with the public API when the process starts.
 */

/** Unsigned 32-bit numbers a cell takes in `_data`: content, foreground, background. */
export const XTERM_CELL_SIZE = 3

/** A row of xterm's buffer. */
export interface XtermLine {
  readonly _data: Uint32Array
  /** Text of the cells whose content has the combined flag, by column. */
  readonly _combined: Readonly<Record<number, string | undefined>>
  /** Of the cells whose background has the extended flag, by column. */
  readonly _extendedAttrs: Readonly<Record<number, XtermExtendedAttributes | undefined>>
  readonly length: number
  readonly isWrapped: boolean
  translateToString(trimRight: boolean, startColumn: number, endColumn?: number): string
}

export interface XtermExtendedAttributes {
  /** Bits 0–25 the underline colour, 26–28 the underline style. */
  _ext: number
  /** Our link id (links.ts). */
  _urlId: number
  clone(): XtermExtendedAttributes
}

export interface XtermLines {
  readonly length: number
  readonly maxLength: number
  readonly isFull: boolean
  get(index: number): XtermLine | undefined
  /** Drops `count` lines from the top. */
  trimStart(count: number): void
}

export interface XtermBuffer {
  readonly lines: XtermLines
  /** Index in `lines` of the top row of the screen, and of what a person would see. */
  ybase: number
  ydisp: number
  /** The cursor; `x` is the number of columns while a wrap is pending. */
  x: number
  y: number
  readonly scrollTop: number
  readonly scrollBottom: number
}

/** Parameters of a CSI sequence: the first `length` of `params`, -1 where a subparameter was left out. */
export interface XtermParams {
  readonly length: number
  readonly params: Int32Array
}

export interface XtermIdentifier {
  readonly prefix?: string
  readonly intermediates?: string
  readonly final: string
}

export interface XtermAttributes {
  fg: number
  bg: number
  extended: XtermExtendedAttributes
  updateExtended(): void
}

/** `terminal._core`. */
export interface XtermCore {
  readonly _bufferService: {
    readonly buffers: { readonly active: XtermBuffer; readonly normal: XtermBuffer; readonly alt: XtermBuffer }
    scroll(eraseAttributes: XtermAttributes, isWrapped?: boolean): void
  }
  readonly _inputHandler: {
    /** Parses at once; nothing registered here is asynchronous, so it never returns a promise. */
    parse(data: Uint8Array): void
    readonly _curAttrData: XtermAttributes
    readonly _parser: { reset(): void; readonly currentState: number }
    /** Rows of the screen that the last parse may have changed. */
    readonly _dirtyRowTracker: { readonly start: number; readonly end: number }
  }
  /** `charset` translates ASCII; undefined for none. */
  readonly _charsetService: { readonly charset: unknown }
  readonly coreService: {
    readonly isCursorHidden: boolean
    readonly modes: { readonly insertMode: boolean }
    readonly decPrivateModes: {
      readonly applicationCursorKeys: boolean
      readonly applicationKeypad: boolean
      readonly bracketedPasteMode: boolean
      readonly origin: boolean
      readonly sendFocus: boolean
      readonly wraparound: boolean
    }
  }
  readonly coreMouseService: { readonly activeProtocol: 'NONE' | 'X10' | 'VT200' | 'DRAG' | 'ANY' }
  registerCsiHandler(id: XtermIdentifier, handler: (params: XtermParams) => boolean): void
  registerEscHandler(id: XtermIdentifier, handler: () => boolean): void
  registerOscHandler(id: number, handler: (data: string) => boolean): void
  registerDcsHandler(id: XtermIdentifier, handler: (data: string, params: XtermParams) => boolean): void
}

/** What the files that answer sequences (modes, keyboard, queries, …) need of the parser. */
export type SequenceParser = Pick<
  XtermCore,
  'registerCsiHandler' | 'registerEscHandler' | 'registerOscHandler' | 'registerDcsHandler'
>
