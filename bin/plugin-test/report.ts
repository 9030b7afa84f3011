import * as z from 'zod'

/** An empty Lua table is an object with nothing in it. */
const listOf = <T extends z.ZodType>(item: T) =>
  z.union([z.array(item), z.strictObject({}).transform((): z.output<T>[] => [])])

const test = z.object({
  name: z.string(),
  outcome: z.enum(['passed', 'failed', 'skipped']),
  ms: z.number(),
  message: z.string().optional(),
  traceback: z.string().optional(),
})

/** What lua/lib/plugin_test.lua returns. */
export const testRun = z.object({
  files: listOf(z.object({ file: z.string(), tests: listOf(test) })),
  expected: listOf(z.string()),
})

/** What came of a plugin's tests. */
export interface TestReport {
  readonly plugin: string
  readonly directory: string
  readonly passed: number
  readonly failed: number
  readonly skipped: number
  readonly files: z.infer<typeof testRun>['files']
  /** Errors that the plugin caused while no test waited for them, in a hook or a timer. Each counts as failed. */
  readonly reported: readonly { readonly message: string; readonly traceback?: string }[]
}

/** For people: failures in full, the rest a line each. */
export function reportText(report: TestReport, color: boolean): string[] {
  const paint = (code: number, text: string) => (color ? `\u001b[${code}m${text}\u001b[0m` : text)
  const marks = { passed: paint(32, '✓'), failed: paint(31, '✗'), skipped: paint(33, '-') }
  const files = report.files.flatMap(({ file, tests }) => [
    file,
    ...tests.flatMap((test) => [
      `  ${marks[test.outcome]} ${printable(test.name)}${test.ms >= SLOW_MS ? paint(2, ` ${test.ms} ms`) : ''}`,
      ...details(test),
    ]),
  ])
  const reported = report.reported.flatMap((error) => [
    `  ${marks.failed} an error was reported while the tests ran`,
    ...details(error),
  ])
  const counts = [`${report.passed} passed`, `${report.failed} failed`]
  if (report.skipped > 0) counts.push(`${report.skipped} skipped`)
  const none = report.passed + report.failed + report.skipped === 0
  return [...files, ...reported, '', none ? 'no tests: they are in files called NAME_test.lua' : counts.join(', ')]
}

/** A test that takes longer is shown with its time, in milliseconds. */
const SLOW_MS = 100

function details({ message, traceback }: { readonly message?: string; readonly traceback?: string }): string[] {
  const lines = [...(message ?? '').split('\n'), ...(traceback ?? '').split('\n').filter((line) => !INNER.test(line))]
  return lines.filter((line) => line.trim() !== '').map((line) => `      ${printable(line)}`)
}

/** Lines of a traceback that lead into the runner: nobody's business. */
const INNER = /lua\/lib\/plugin_(test|expect)\.lua|^\s*\[C\]: in \?|^stack traceback:$/

function printable(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ')
}
