/**
 * Stands in texts where a spinner turns: a code point that Unicode promises never to use, one cell wide. The worker finds
 * the cells that still hold it once everything is drawn, and the main thread turns them without drawing anew.
 */
export const SPINNER_MARK = '\ufdd0'
export const SPINNER_CODE = 0xfdd0

/** What a spinner shows in turn, as code points. */
export const SPINNER_FRAMES: readonly number[] = Array.from('⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏', (frame) => frame.codePointAt(0)!)
