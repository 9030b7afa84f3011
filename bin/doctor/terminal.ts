import { type Finding, ok, warn } from './finding.ts'

/** What the UI would be drawn on. Only warnings: everything but the UI works without a terminal. */
export function checkTerminal(env: NodeJS.ProcessEnv): Finding[] {
  if (!process.stdin.isTTY || !process.stdout.isTTY) {
    return [warn('terminal', 'none here: the UI cannot be checked', 'run `botster doctor` in the terminal itself')]
  }
  return [checkType(env), checkSize(), checkEncoding(env)]
}

function checkType(env: NodeJS.ProcessEnv): Finding {
  const type = env.TERM
  if (!type || type === 'dumb') {
    return warn('terminal', `TERM is ${type || 'not set'}`, 'set TERM to what your terminal is, such as xterm-256color')
  }
  const colors = process.stdout.getColorDepth(env as Record<string, string>)
  if (colors < 24) {
    return warn(
      'terminal',
      `${type}, ${2 ** colors} colours`,
      'if it can show 16 million, say so with COLORTERM=truecolor',
    )
  }
  return ok('terminal', `${type}, 16 million colours`)
}

function checkSize(): Finding {
  const { columns, rows } = process.stdout
  const size = `${columns}×${rows}`
  if (columns >= 60 && rows >= 15) return ok('size', size)
  return warn('size', size, 'make the window larger: the agent list and a terminal need about 60×15')
}

function checkEncoding(env: NodeJS.ProcessEnv): Finding {
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG || ''
  if (/utf-?8/i.test(locale) || process.platform === 'darwin') return ok('encoding', locale || 'UTF-8')
  return warn(
    'encoding',
    locale ? `locale ${locale} is not UTF-8` : 'no locale is set',
    'set LANG to a UTF-8 locale, such as C.UTF-8: botster draws in UTF-8',
  )
}
