import type { Command } from 'commander'
import { defineCommand } from '../command.ts'

export function command(): Command {
  return defineCommand('eject')
    .description('copy a Lua file of botster to ~/.botster/lua, to be edited there')
    .argument('[file]', 'its path below lua/, e.g. ui/layout.lua (default: list them)')
    .addHelpText(
      'after',
      `
Your copy counts instead of the shipped one from the moment you save it; deleting it brings the shipped one back.
After an update, botster diff shows what is different.

Examples:
  botster eject
  botster eject ui/layout.lua`,
    )
    .action(ejectFile)
}

/** Of these a hub that runs has its version until it ends (lua/hub/init.lua). */
const PROTECTED = /^hub\//

async function ejectFile(path: string | undefined): Promise<void> {
  const { eject, shippedFiles } = await import('../../hub/installs/shipped.ts')
  const { note, print } = await import('../output.ts')
  if (path === undefined) {
    const marks = { shipped: ' ', same: '=', changed: '*' }
    print(...shippedFiles().map((file) => `${marks[file.state]} ${file.path}`))
    return note('* yours differs, = yours is the same')
  }
  const outcome = eject(path)
  if (!outcome.ok) {
    const { CommandFailed } = await import('../usage.ts')
    const { code, message } = outcome.failure
    throw new CommandFailed(message, { code, hint: code === 'no_file' ? '`botster eject` lists them' : undefined })
  }
  print(outcome.value.own)
  note(
    PROTECTED.test(outcome.value.path) ? 'what you change there counts from the hub’s next start' : 'edit and save it',
  )
}
