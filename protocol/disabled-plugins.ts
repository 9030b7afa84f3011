import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The file that lists which plugins are switched off: a name a line, `#` begins a comment. */
export function disabledPluginsFile(userDirectory: string): string {
  return join(userDirectory, 'disabled_plugins')
}

/** Names of the plugins that are switched off; none when the file cannot be read. */
export function disabledPlugins(userDirectory: string): Set<string> {
  try {
    const lines = readFileSync(disabledPluginsFile(userDirectory), 'utf8').split('\n')
    return new Set(lines.map(nameIn).filter((name) => name !== ''))
  } catch {
    return new Set()
  }
}

/** The name that a line of the file is about; '' for none. */
export function nameIn(line: string): string {
  return line.replace(/#.*/, '').trim()
}
