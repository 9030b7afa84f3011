import type { ComparedRow } from './e2e/scenario.ts'
import { limitFor } from './limits.ts'
import type { Row } from './row.ts'

/** A line of the final table: compared rows have both, figures of botster's own parts only the first. */
export type Result = ComparedRow

/** A figure of one of botster's own parts. */
export function ownRow({ name, value, unit }: Row): Result {
  return { name, unit, better: unit.endsWith('/s') ? 'more' : 'less', values: { botster: value } }
}

/** One line of the table: name, botster, tmux, how botster compares, and the limit with whether it is kept. */
export function tableLine({ name, unit, better, values }: Result): string {
  const { botster, tmux } = values
  const ratio = botster !== undefined && tmux !== undefined && tmux > 0 ? `${(botster / tmux).toFixed(2)}×` : ''
  const limit = limitFor(name)
  const kept = limit === undefined || botster === undefined ? '' : isKept(limit, botster, tmux) ? 'ok' : 'MISSED'
  const bound = limit === undefined ? '' : 'most' in limit ? `≤ ${limit.most}` : '≥ tmux'
  return [
    name.padEnd(54),
    figure(botster, unit),
    figure(tmux, unit),
    ratio.padStart(8),
    bound.padStart(9),
    kept.padStart(7),
    better === 'more' ? '  more is better' : '',
  ].join(' ')
}

/** The head of the table. */
export function tableHead(): string {
  const names = ['botster', 'tmux'].map((name) => name.padStart(14))
  return [''.padEnd(54), ...names, 'ratio'.padStart(8), 'limit'.padStart(9)].join(' ')
}

function isKept(limit: NonNullable<ReturnType<typeof limitFor>>, botster: number, tmux: number | undefined): boolean {
  if ('most' in limit) return botster <= limit.most
  return tmux === undefined || botster >= tmux
}

function figure(value: number | undefined, unit: string): string {
  if (value === undefined) return '–'.padStart(14)
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : value >= 0.1 ? 2 : 3
  return `${value.toFixed(digits)} ${unit}`.padStart(14)
}
