import type { Line } from '../hub/trust/difference.ts'
import type { ReviewedFile } from '../hub/trust/review.ts'
import type { TrustReview, TrustStatus } from '../hub/trust.ts'

/** Unchanged lines that are shown around a changed one. */
const CONTEXT_LINES = 3

const MARKS: Record<Line['kind'], string> = { same: '  ', added: '+ ', removed: '- ' }

/** All files of a repository's layer with their texts, or with what changed since they were trusted. */
export function describeReview({ status, files }: TrustReview): string[] {
  if (status.state === 'none') return [`there is no ${status.path}`]
  return [
    `${status.path}: ${describeTrust(status)}`,
    ...(status.problem === undefined ? [] : [`its content cannot be trusted as it is: ${status.problem}`]),
    ...(status.hash === undefined ? [] : [`hash ${status.hash}`]),
    ...files.flatMap(describeFile),
  ]
}

/** In a few words: `not trusted`, `trusted (this content)`. */
export function describeTrust({ state, grade }: Pick<TrustStatus, 'state' | 'grade'>): string {
  switch (state) {
    case 'none':
      return 'not there'
    case 'untrusted':
      return 'not trusted, nothing of it is used'
    case 'trusted':
      return grade === 'always' ? 'trusted always' : 'trusted with this content'
    case 'changed':
      return 'changed since it was trusted; what was trusted is still used'
    case 'ignored':
      return 'ignored until the hub ends'
  }
}

function describeFile(file: ReviewedFile): string[] {
  const { path, mode, trustedMode, size, change, isBinary } = file
  const modes = trustedMode === undefined ? mode : `${trustedMode} → ${mode}`
  const title = `${change === 'new' ? '' : `${change === 'mode' ? 'changed' : change}: `}${path} (mode ${modes}, ${size} bytes)`
  if (change === 'same' || change === 'mode') return ['', title]
  if (isBinary) return ['', `${title}, not text`]
  return ['', title, ...excerpts(file.lines(), change === 'changed').map((line) => `  ${line}`)]
}

/** Of a text that changed, only the changes and what is around them. */
function excerpts(lines: readonly Line[], isDifference: boolean): string[] {
  if (!isDifference) return lines.map(({ kind, text }) => `${MARKS[kind]}${text}`.trimEnd())
  const near = new Set<number>()
  for (const [at, { kind }] of lines.entries()) {
    if (kind === 'same') continue
    for (let i = at - CONTEXT_LINES; i <= at + CONTEXT_LINES; i++) near.add(i)
  }
  return lines.flatMap(({ kind, text }, at) => {
    if (near.has(at)) return `${MARKS[kind]}${text}`.trimEnd()
    return near.has(at - 1) ? '  …' : []
  })
}
