// Builds dist/ from the sources.
import { existsSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { bundle } from './bundle.ts'

const root = dirname(import.meta.dirname)
const dist = join(root, 'dist')
// Made beside dist/ and moved there when whole: a failed build, or two at once, leave a botster that starts.
const out = mkdtempSync(join(root, '.dist-'))
process.on('exit', () => rmSync(out, { recursive: true, force: true }))

await bundle(out)
writeFileSync(join(out, '.built'), '')

const previous = `${out}-previous`
if (existsSync(dist)) renameSync(dist, previous)
renameSync(out, dist)
rmSync(previous, { recursive: true, force: true })
