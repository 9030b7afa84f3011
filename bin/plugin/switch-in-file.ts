import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { disabledPlugins, disabledPluginsFile, nameIn } from '../../protocol/disabled-plugins.ts'
import { userDirectory } from '../../protocol/paths.ts'
import { findUserPlugins } from './places.ts'

/**
 * Switches a plugin on or off where no hub runs that could do it.
 * @returns whether that changed anything
 * @throws CommandFailed when there is no such plugin
 */
export async function switchInFile(name: string, on: boolean): Promise<boolean> {
  const root = userDirectory()
  const isOff = disabledPlugins(root).has(name)
  if (!(on && isOff)) await findUserPlugins(name) // what is gone may still be switched on: it leaves the list
  if (isOff !== on) return false
  const path = disabledPluginsFile(root)
  const lines = readLines(path)
  const text = (on ? lines.filter((line) => nameIn(line) !== name) : [...lines, name]).map((line) => `${line}\n`)
  const draft = `${path}.${process.pid}`
  mkdirSync(root, { recursive: true })
  writeFileSync(draft, text.join(''))
  renameSync(draft, path)
  return true
}

function readLines(path: string): string[] {
  try {
    return readFileSync(path, 'utf8')
      .replace(/\n$/, '')
      .split('\n')
      .filter((line, _, all) => all.length > 1 || line !== '')
  } catch {
    return [] // not made yet
  }
}
