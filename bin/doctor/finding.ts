/** What one check found. `advice` says what to do, when there is anything to do. */
export interface Finding {
  readonly grade: 'ok' | 'warn' | 'fail'
  readonly subject: string
  readonly text: string
  readonly advice?: string
}

export function ok(subject: string, text: string): Finding {
  return { grade: 'ok', subject, text }
}

export function warn(subject: string, text: string, advice: string): Finding {
  return { grade: 'warn', subject, text, advice }
}

export function fail(subject: string, text: string, advice: string): Finding {
  return { grade: 'fail', subject, text, advice }
}
