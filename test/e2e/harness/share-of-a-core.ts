/** Long enough for the scheduler to give others their turn. */
const LOOK_MS = 100

/**
 * How much of a core this machine gives to one who wants all of it, just now: 1 where nothing else runs, 0.5 where two
 * want one core. What a limit in milliseconds is to be divided by, since it was stated for a machine that is free.
 */
export function shareOfACore(): number {
  const started = performance.now()
  const before = process.cpuUsage()
  while (performance.now() - started < LOOK_MS);
  const { user, system } = process.cpuUsage(before)
  return Math.min(1, (user + system) / 1000 / (performance.now() - started))
}
