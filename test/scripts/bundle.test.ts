import { readFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { packageRoot } from '../../protocol/paths.ts'

/** What a bundle reads at its start besides itself: the packages that cannot be bundled, of those it always needs. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  'hub.js': [],
  'improvements.js': [],
  'ptyhost.js': ['@lydell/node-pty'],
  'chrome.js': [],
  'open-ui.js': [],
}

test.each(Object.entries(PACKAGES))(
  '%s reads no package at its start that most starts never use',
  (bundle, packages) => {
    const source = readFileSync(join(packageRoot(), 'dist', bundle), 'utf8')
    const imported = [...source.matchAll(/^import\b[^'"]*["']([^'"]+)["']/gm)].map(([, name]) => name!)
    expect(imported.filter((name) => !isBuiltin(name) && !name.startsWith('.'))).toEqual(packages)
  },
)
