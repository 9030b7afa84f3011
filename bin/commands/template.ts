import type { Command } from 'commander'
import type { Outcome } from '../../hub/outcome.ts'
import { defineCommand } from '../command.ts'

export function command(): Command {
  const template = defineCommand('template')
    .description('install what comes with botster to begin with: plugins, a session, an init.lua')
    .helpCommand(false)
    .addHelpText(
      'after',
      `
Examples:
  botster template list
  botster template install plugins/attention`,
    )
  for (const verb of [listCommand, installCommand, uninstallCommand]) template.addCommand(verb())
  return template
}

function listCommand(): Command {
  return defineCommand('list')
    .description('list the templates, and which of them are installed')
    .option('--json', 'machine-readable: an array of templates (docs/cli.md)')
    .action(list)
}

function installCommand(): Command {
  return defineCommand('install')
    .description('copy a template to ~/.botster; nothing is overwritten')
    .argument('<template>', 'its name, as `botster template list` shows it')
    .addHelpText('after', '\nExample:\n  botster template install plugins/attention')
    .action(install)
}

function uninstallCommand(): Command {
  return defineCommand('uninstall')
    .description('delete what a template installed; what you changed in it only with --force')
    .argument('<template>', 'its name')
    .option('--force', 'also delete files that were changed since')
    .action(uninstall)
}

async function list({ json = false }: { json?: boolean }): Promise<void> {
  const { listTemplates } = await import('../../hub/installs/templates.ts')
  const { note, print, printJson } = await import('../output.ts')
  const { formatTable } = await import('../table.ts')
  const templates = listTemplates()
  if (json) {
    return printJson(templates.map(({ name, description, state, files }) => ({ name, description, state, files })))
  }
  const rows = templates.map(({ name, state, description }) => [name, state, description])
  print(...(await formatTable([['NAME', 'STATE', 'WHAT IT DOES'], ...rows])))
  note('to have one: botster template install NAME')
}

async function install(name: string): Promise<void> {
  const { resolve } = await import('node:path')
  const { installTemplate } = await import('../../hub/installs/templates.ts')
  const { userDirectory } = await import('../../protocol/paths.ts')
  const { note, print } = await import('../output.ts')
  const { files, hint } = await orFail(installTemplate(name))
  print(...files.map((path) => resolve(userDirectory(), path)))
  note(hint)
}

async function uninstall(name: string, { force = false }: { force?: boolean }): Promise<void> {
  const { uninstallTemplate } = await import('../../hub/installs/templates.ts')
  const { note } = await import('../output.ts')
  const removed = await orFail(uninstallTemplate(name, { force }), '--force deletes them')
  note(removed.length > 0 ? `deleted ${removed.join(', ')}` : 'its files were gone already')
}

/** @throws CommandFailed; with a hint when somebody's changes are in the way */
async function orFail<T>(outcome: Outcome<T>, changedHint?: string): Promise<T> {
  if (outcome.ok) return outcome.value
  const { CommandFailed } = await import('../usage.ts')
  const { code, message } = outcome.failure
  throw new CommandFailed(message, { code, hint: code === 'changed' ? changedHint : undefined })
}
