import type { Command } from 'commander'
import { defineCommand } from '../command.ts'
import { doctorCommand } from './plugin/doctor.ts'
import { installCommand } from './plugin/install.ts'
import { listCommand } from './plugin/list.ts'
import { newCommand } from './plugin/new.ts'
import { reloadCommand } from './plugin/reload.ts'
import { disableCommand, enableCommand } from './plugin/switch.ts'
import { testCommand } from './plugin/test.ts'
import { uninstallCommand } from './plugin/uninstall.ts'

export function command(): Command {
  const plugin = defineCommand('plugin')
    .description('list, make, install, test and switch plugins')
    .helpCommand(false)
    .addHelpText(
      'after',
      `
A plugin is a directory with an init.lua for the hub, and ui/*.lua for the UI: docs/guides/first-plugin.md.

Examples:
  botster plugin new hello                 make a plugin that works, with a test
  botster plugin test ~/.botster/shared/plugins/hello
  botster plugin list                      what runs, what failed, what is switched off
  botster plugin doctor                    what is wrong, and what to do`,
    )
  for (const verb of [
    listCommand,
    newCommand,
    testCommand,
    enableCommand,
    disableCommand,
    reloadCommand,
    doctorCommand,
    installCommand,
    uninstallCommand,
  ]) {
    plugin.addCommand(verb())
  }
  return plugin
}
