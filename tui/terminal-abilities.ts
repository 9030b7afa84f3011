import type { ColorDepth } from '../screen/color.ts'
import type { PainterOptions } from '../screen/painter.ts'

/** What the user's terminal can do, as far as the environment tells. */
export function terminalAbilities(env: NodeJS.ProcessEnv): Required<PainterOptions> {
  const term = env.TERM ?? ''
  const inMultiplexer = env.TMUX !== undefined || /^(tmux|screen)/.test(term)
  const isConsole = term === 'linux'
  return {
    colors: colorDepth(env),
    underlineStyles: !isConsole && env.TERM_PROGRAM !== 'Apple_Terminal',
    synchronized: !isConsole,
    backColorErase: !inMultiplexer && FILLING_TERMINALS.test(term),
    repeat: !inMultiplexer && REPEATING_TERMINALS.test(term),
    links: !isConsole,
  }
}

/**
 * Whether to ask for the mouse. Not within GNU screen, which holds the escape key back for as long as somebody has asked
 * (screen 4.9: until the next key). BOTSTER_MOUSE=1 asks nevertheless, BOTSTER_MOUSE=0 never does.
 */
export function wantsMouse({ BOTSTER_MOUSE = '', STY, TMUX }: NodeJS.ProcessEnv): boolean {
  if (BOTSTER_MOUSE !== '') return BOTSTER_MOUSE !== '0'
  return STY === undefined || TMUX !== undefined
}

/** How many colours to use: NO_COLOR (no-color.org), COLORTERM, then what is known of TERM and TERM_PROGRAM. */
export function colorDepth(env: NodeJS.ProcessEnv): ColorDepth {
  const { NO_COLOR, COLORTERM = '', TERM = '', TERM_PROGRAM = '' } = env
  if (NO_COLOR !== undefined && NO_COLOR !== '') return 'none'
  if (/^(truecolor|24bit)$/i.test(COLORTERM)) return 'truecolor'
  if (TERM === 'dumb') return 'none'
  if (/-direct$|^xterm-(kitty|ghostty)$|^(alacritty|contour|foot|kitty|wezterm)/.test(TERM)) return 'truecolor'
  if (env.WT_SESSION !== undefined || /^(iTerm\.app|WezTerm|ghostty|vscode)$/.test(TERM_PROGRAM)) return 'truecolor'
  return /256color/.test(TERM) ? '256' : '16'
}

/** TERM values whose terminals erase with the current background (terminfo bce). */
const FILLING_TERMINALS = /^(xterm|alacritty|contour|foot|ghostty|kitty|linux|rxvt|wezterm)/
/** Those that know `CSI n b`; "xterm" does not tell, since many call themselves that. */
const REPEATING_TERMINALS = /^(xterm-kitty|xterm-ghostty|alacritty|contour|foot|kitty|wezterm)/
