import { join } from 'node:path'
import { readTree } from '../../hub/installs/files.ts'
import { packageRoot } from '../../protocol/paths.ts'

/** What stands for the plugin's name in the texts. */
const PLACEHOLDER = /PLUGIN_NAME/g

/** The files of a new plugin, `init.lua` last, so that no hub loads half of it. */
export function skeleton(name: string): { path: string; text: string }[] {
  const tree = readTree(join(packageRoot(), 'templates', 'skeleton'))
  if (!tree.ok) throw new Error(`${tree.failure.message}: the installation is incomplete`)
  return tree.value
    .map(({ path, bytes }) => ({ path, text: new TextDecoder().decode(bytes).replace(PLACEHOLDER, name) }))
    .toSorted((a, b) => Number(a.path === 'init.lua') - Number(b.path === 'init.lua'))
}
