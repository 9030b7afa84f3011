import { configDefaults, defineConfig } from 'vitest/config'
import { SlowFirst } from './test/support/slow-first.ts'

/** Look at the clock, or at what processes use: they run after the others, one at a time, with the machine to themselves. */
const MEASURING = [
  'test/e2e/fifty-agents.test.ts',
  'test/e2e/hub-back.test.ts',
  'test/e2e/reload-load.test.ts',
  'test/e2e/runaway.test.ts',
  'test/hub/worktrees/list.test.ts',
  'test/lua/modules/timer.test.ts',
  'test/ptyhost/flood.test.ts',
  'test/tui/chrome/client.test.ts',
]

export default defineConfig({
  test: {
    reporters: ['default', './scripts/count-reporter.ts'],
    // Real processes, PTYs and git on small machines: generous, since a condition ends a wait and not the clock.
    testTimeout: 120_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 30_000 } },
    // No test may put anything into the keyring of whoever runs it.
    env: { BOTSTER_SECRETS_BACKEND: 'file' },
    pool: 'forks',
    setupFiles: ['test/support/leftovers.ts'],
    sequence: { sequencer: SlowFirst },
    projects: [
      {
        extends: true,
        test: {
          name: 'all at once',
          include: ['test/**/*.test.ts', 'test/**/*.test.tsx'],
          exclude: [...configDefaults.exclude, ...MEASURING],
          maxWorkers: 3, // most of them wait most of the time
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: { name: 'measuring', include: MEASURING, maxWorkers: 1, sequence: { groupOrder: 1 } },
      },
    ],
  },
})
