import type { UiSource } from './loader.ts'
import type { UiProblem } from './problem.ts'

/** Times the same text of a file may fail before it is left alone until it changes. */
const ALLOWED_FAILURES = 2

/** Runs the UI with these files. @returns what went wrong, or undefined when all is well. */
export type Attempt = (sources: readonly UiSource[]) => UiProblem | undefined

/**
 * The versions of the user's files that are known to work. A new version that fails is left out and the last good one
 * stays in its place; the others are taken all the same.
 */
export class Versions {
  readonly #good = new Map<string, UiSource>()
  /** Failures of the text that failed last, by path. */
  readonly #failures = new Map<string, { source: Uint8Array; count: number }>()

  /**
   * Tries the files as they are now, and leaves out what does not work.
   * When this returns, what `attempt` ran last is what works. @returns the problems found
   */
  apply(latest: readonly UiSource[], attempt: Attempt): UiProblem[] {
    const guilty = new Set<string>()
    const problems: UiProblem[] = []
    for (const file of latest) if (this.#isHopeless(file)) guilty.add(file.path)
    for (;;) {
      const candidate = this.#choose(latest, guilty)
      const problem = attempt(candidate)
      if (problem === undefined) {
        this.#accept(candidate)
        return problems
      }
      const suspects = candidate.filter((file) => !guilty.has(file.path) && !this.#isGood(file))
      const culprit =
        suspects.find(({ label }) => label === problem.file) ?? this.#findCulprit(latest, guilty, suspects, attempt)
      if (culprit === undefined) return [...problems, problem, ...this.#giveUp(attempt)]
      problems.push(nameFile(problem, culprit))
      guilty.add(culprit.path)
      this.#countFailure(culprit)
    }
  }

  /** The files with the guilty ones in their last good version, or left out. */
  #choose(latest: readonly UiSource[], guilty: ReadonlySet<string>): UiSource[] {
    return latest.flatMap((file) => (guilty.has(file.path) ? (this.#good.get(file.path) ?? []) : file))
  }

  /** A problem that names no changed file: the suspect without which, alone, things would work. */
  #findCulprit(
    latest: readonly UiSource[],
    guilty: ReadonlySet<string>,
    suspects: readonly UiSource[],
    attempt: Attempt,
  ): UiSource | undefined {
    if (suspects.length < 2) return suspects[0]
    const alone = suspects.find((suspect) => {
      return attempt(this.#choose(latest, new Set([...guilty, suspect.path]))) === undefined
    })
    return alone ?? suspects.at(-1)
  }

  /** What worked before does no longer, for a reason outside of the files: the shipped ones alone. */
  #giveUp(attempt: Attempt): UiProblem[] {
    this.#good.clear()
    const problem = attempt([])
    return problem === undefined ? [] : [problem]
  }

  #accept(files: readonly UiSource[]): void {
    this.#good.clear()
    for (const file of files) this.#good.set(file.path, file)
  }

  #isGood(file: UiSource): boolean {
    return sameText(this.#good.get(file.path)?.source, file.source)
  }

  #isHopeless(file: UiSource): boolean {
    const failure = this.#failures.get(file.path)
    return failure !== undefined && failure.count >= ALLOWED_FAILURES && sameText(failure.source, file.source)
  }

  #countFailure({ path, source }: UiSource): void {
    const before = this.#failures.get(path)
    const count = sameText(before?.source, source) ? before!.count + 1 : 1
    this.#failures.set(path, { source, count })
  }
}

function nameFile(problem: UiProblem, { label }: UiSource): UiProblem {
  if (problem.file !== undefined) return problem
  return { ...problem, file: label, message: `${label}: ${problem.message}` }
}

function sameText(a: Uint8Array | undefined, b: Uint8Array): boolean {
  return a !== undefined && Buffer.compare(a, b) === 0
}
