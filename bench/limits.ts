/** What a row of the benchmark must keep: at most a figure, or at least as fast as tmux in the same run. */
export type Limit = { most: number } | { asTmux: true }

/** What binds now, in the row's unit; docs/architecture.md says where we are going. */
const LIMITS: readonly [pattern: RegExp, limit: Limit][] = [
  [/^echo idle, p50$/, { most: 1.2 }],
  [/^echo idle, p99$/, { most: 6 }],
  [/^echo while it redraws, p99$/, { most: 8 }],
  [/^echo beside hidden flood, p99$/, { most: 15 }],
  [/^cat /, { asTmux: true }],
  [/^attach until drawn, p50$/, { most: 300 }],
  [/^list with 50 agents, whole process, p50$/, { most: 100 }],
  [/^idle processor, all$/, { most: 0.5 }],
  [/^memory, all, per further session$/, { most: 8 }],
  [/^primitive call, two numbers$/, { most: 0.5 }],
  [/^primitive call, 12 characters each way$/, { most: 1 }],
  [/^list of 20 small tables out of Lua$/, { most: 25 }],
  [/^list of 20 small tables into Lua$/, { most: 40 }],
  [/^wait$/, { most: 5 }],
  [/^search of 50000 lines/, { most: 150 }],
  [/^copy of 50000 lines/, { most: 300 }],
  [/^echo beside searching and copying, p99$/, { most: 10 }],
  [/^chrome frame .* main thread p99$/, { most: 2 }],
  [/^panel frame, one changed row, p99$/, { most: 1 }],
  [/^panel frame, one changed row, output$/, { most: 120 }],
  [/^panel frame, full screen, p99$/, { most: 4 }],
  [/^input thread, .* p99$/, { most: 2 }],
  [/^echo while the list of agents changes, p99$/, { most: 8 }],
  [/^reload, from saving to the new version, the longest$/, { most: 300 }],
  [/^echo while modules are reloaded, p99$/, { most: 10 }],
  [/^duplicates after \d+ reloads$/, { most: 0 }],
  [/^Lua memory, grown by a hundred reloads$/, { most: 40 }],
  [/^change of the chrome with 20 agents, p99$/, { most: 30 }],
]

/** The limit of a row, if it has one. */
export function limitFor(row: string): Limit | undefined {
  return LIMITS.find(([pattern]) => pattern.test(row))?.[1]
}
