// Builds dist/ from the sources.
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { bundle } from './bundle.ts'

const root = dirname(import.meta.dirname)
const dist = join(root, 'dist')
// Made beside dist/ and moved there when whole: a failed build, or two at once, leave a botster that starts.
const out = mkdtempSync(join(root, '.dist-'))
process.on('exit', () => rmSync(out, { recursive: true, force: true }))
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(1))

writeFileSync(join(out, '.built'), '') // before anything is read: what is saved from here on is newer
await bundle(out)

const previous = `${out}-previous`
moveAway(dist, previous)
renameSync(out, dist)
rmSync(previous, { recursive: true, force: true })

function moveAway(from: string, to: string): void {
  try {
    renameSync(from, to)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
}
