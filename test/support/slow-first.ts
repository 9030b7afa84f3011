import { BaseSequencer, type TestSpecification } from 'vitest/node'
import { Random } from '../screen/random.ts'

/** A minute and more each: whichever comes last would have the others' workers wait for it. */
const SLOW = [
  'test/e2e/hub-death.test.ts',
  'test/e2e/random-input.test.ts',
  'test/hub/states/states.test.ts',
  'test/hub/states/thousand-prompts.test.ts',
  'test/hub/states/prompts.test.ts',
  'test/e2e/agent-clis.test.ts',
]

/** Begins with the files that take longest; the others as usual, or by chance with `--sequence.shuffle`. */
export class SlowFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const { shuffle, seed } = this.ctx.config.sequence
    const others = shuffle ? shuffled(files, seed) : await super.sort(files)
    return others.toSorted((a, b) => rank(a) - rank(b))
  }
}

function rank({ moduleId }: TestSpecification): number {
  const at = SLOW.findIndex((path) => moduleId.endsWith(path))
  return at < 0 ? SLOW.length : at
}

/** The same order for the same seed, in whatever order they were found. */
function shuffled(files: readonly TestSpecification[], seed: number): TestSpecification[] {
  const random = new Random(seed)
  return files
    .toSorted((a, b) => (a.moduleId < b.moduleId ? -1 : 1))
    .map((file) => ({ file, at: random.next() }))
    .sort((a, b) => a.at - b.at)
    .map(({ file }) => file)
}
