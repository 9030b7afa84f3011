import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts', 'test/**/*.test.tsx'],
    reporters: ['default', './scripts/count-reporter.ts'],
    // Real processes, PTYs and git on small machines: generous, since a condition ends a wait and not the clock.
    testTimeout: 30_000,
    hookTimeout: 30_000,
    expect: { poll: { timeout: 10_000 } },
    // No test may put anything into the keyring of whoever runs it.
    env: { BOTSTER_SECRETS_BACKEND: 'file' },
    pool: 'forks',
    maxWorkers: 2,
  },
})
