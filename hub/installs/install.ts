import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { type Outcome, refusal, success } from '../outcome.ts'
import { type SourceFile, sha256 } from './files.ts'
import { addInstalled, type Installed } from './record.ts'

/** What is to be put where: files with their paths below the user's directory. */
export interface Installation extends Pick<Installed, 'kind' | 'name' | 'source' | 'commit'> {
  readonly files: readonly SourceFile[]
}

/** The files of an installation that are there already: nothing is ever overwritten. */
export function conflicts(userDirectory: string, { files }: Installation): string[] {
  return files.map(({ path }) => join(userDirectory, path)).filter((path) => existsSync(path))
}

/**
 * Writes the files and the record of them. When one cannot be written, those before it are taken away again. Refused:
 * 'exists', 'unwritable'.
 */
export function install(userDirectory: string, installation: Installation): Outcome<Installed> {
  const { kind, name, source, commit, files } = installation
  const written: string[] = []
  try {
    for (const file of entryLast(files)) {
      const path = join(userDirectory, file.path)
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(path, file.bytes, { flag: 'wx', mode: file.executable ? 0o755 : 0o644 })
      written.push(path)
    }
    const hashes = Object.fromEntries(files.map(({ path, bytes }) => [path, sha256(bytes)]))
    const item = { kind, name, source, files: hashes, at: Date.now(), ...(commit === undefined ? {} : { commit }) }
    addInstalled(userDirectory, item)
    return success(item)
  } catch (error) {
    for (const path of written) rmSync(path, { force: true })
    const { code, path, message } = error as NodeJS.ErrnoException
    if (code === 'EEXIST') return refusal('exists', `${path} is there already, and nothing is overwritten`)
    return refusal('unwritable', `${name} could not be installed: ${message}`)
  }
}

/** A hub that looks meanwhile must not load half a plugin: what makes it one comes last. */
function entryLast(files: readonly SourceFile[]): SourceFile[] {
  const isEntry = ({ path }: SourceFile) => basename(path) === 'init.lua'
  return [...files.filter((file) => !isEntry(file)), ...files.filter(isEntry)]
}
