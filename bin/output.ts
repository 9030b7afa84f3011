/** Writes lines to stdout. */
export function print(...lines: readonly string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`)
}

/** Something for the person only, on stderr: pipes get results and nothing else. */
export function note(message: string): void {
  process.stderr.write(`${message}\n`)
}

/** Writes one JSON document, indented: for people who look and for programs alike. */
export function printJson(value: unknown): void {
  print(JSON.stringify(value, null, 2))
}

/** Text of foreign origin (titles, names) without control characters: none may reach a terminal from a table. */
export function plain(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ')
}

/** `3 s`, `4 min`, `5 h 12 min`, `6 d 3 h`. */
export function formatDuration(seconds: number): string {
  const minutes = Math.floor(seconds / 60)
  const hours = Math.floor(minutes / 60)
  if (minutes < 1) return `${Math.floor(seconds)} s`
  if (hours < 1) return `${minutes} min`
  if (hours < 24) return `${hours} h ${minutes % 60} min`
  return `${Math.floor(hours / 24)} d ${hours % 24} h`
}

/** `812 kB`, `3.4 MB`, `12 GB`: as people say it, in steps of 1,024. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  const step = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10))
  const value = bytes / 1024 ** step
  return `${value < 10 && step > 0 ? value.toFixed(1) : Math.round(value)} ${units[step]}`
}
