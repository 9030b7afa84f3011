import type { Command } from 'commander'
import { defineCommand } from '../../command.ts'

interface NewOptions {
  readonly profile?: string
  readonly dir?: string
}

export function newCommand(): Command {
  return defineCommand('new')
    .description('make a plugin that works, with documentation and a test, to be changed')
    .argument('<name>', "letters, digits, '-' and '_'")
    .option('--profile <name>', 'for agents of this profile (default: for all)')
    .option('--dir <directory>', 'make it in this directory instead, to be installed later')
    .addHelpText(
      'after',
      `
Examples:
  botster plugin new hello
  botster plugin new hello --dir ~/code`,
    )
    .action(makePlugin)
}

async function makePlugin(name: string, { profile, dir }: NewOptions): Promise<void> {
  const { existsSync, mkdirSync, writeFileSync } = await import('node:fs')
  const { dirname, join, resolve } = await import('node:path')
  const { userDirectory } = await import('../../../protocol/paths.ts')
  const { note, print } = await import('../../output.ts')
  const { PLUGIN_NAME, pluginLayer } = await import('../../plugin/places.ts')
  const { skeleton } = await import('../../plugin/skeleton.ts')
  const { CommandFailed, UsageError } = await import('../../usage.ts')
  if (!PLUGIN_NAME.test(name)) {
    throw new UsageError(`'${name}' is no name for a plugin`, "letters, digits, '-' and '_' make one")
  }
  const parent = dir === undefined ? join(userDirectory(), await pluginLayer(profile)) : resolve(dir)
  const directory = join(parent, name)
  if (existsSync(directory)) throw new CommandFailed(`${directory} is there already, and nothing is overwritten`)
  for (const { path, text } of skeleton(name)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true })
    writeFileSync(join(directory, path), text, { flag: 'wx' })
  }
  print(directory)
  note(`try it: botster plugin test ${directory}`)
  if (dir === undefined) note('a hub that runs loads it within two seconds, and again whenever you save it')
}
