import type { Command } from 'commander'
import { defineCommand } from '../../command.ts'

export function enableCommand(): Command {
  return defineCommand('enable')
    .description('switch a plugin on again')
    .argument('<plugin>', 'its name')
    .addHelpText('after', '\nExample:\n  botster plugin enable hello')
    .action((name: string) => switchPlugin(name, true))
}

export function disableCommand(): Command {
  return defineCommand('disable')
    .description('switch a plugin off, for all hubs and for good; its files stay')
    .argument('<plugin>', 'its name')
    .addHelpText(
      'after',
      `
What is switched off stands in the file disabled_plugins of ~/.botster, a name a line.

Example:
  botster plugin disable hello`,
    )
    .action((name: string) => switchPlugin(name, false))
}

async function switchPlugin(name: string, on: boolean): Promise<void> {
  const { askRunningHub } = await import('../../plugin/ask-hub.ts')
  const { switched } = await import('../../plugin/shapes.ts')
  const { note } = await import('../../output.ts')
  const answer = await askRunningHub(on ? 'plugin:enable' : 'plugin:disable', { name })
  const word = on ? 'on' : 'off'
  if (answer === undefined) {
    const { switchInFile } = await import('../../plugin/switch-in-file.ts')
    const changed = await switchInFile(name, on)
    return note(changed ? `${name} is switched ${word}` : `${name} was switched ${word} already`)
  }
  const { changed, problem, needed_by } = switched.parse(answer)
  note(changed ? `${name} is switched ${word}` : `${name} was switched ${word} already`)
  if (needed_by.length > 0) note(`it is required by ${needed_by.join(', ')}: see \`botster plugin doctor\``)
  if (problem !== undefined) {
    const { CommandFailed } = await import('../../usage.ts')
    throw new CommandFailed(`${name} could not be loaded: ${problem}`)
  }
}
