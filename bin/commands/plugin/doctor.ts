import type { Command } from 'commander'
import { defineCommand } from '../../command.ts'
import type { PluginFinding } from '../../plugin/shapes.ts'

export function doctorCommand(): Command {
  return defineCommand('doctor')
    .description('say what is wrong with plugins, and what to do about it')
    .argument('[plugin]', 'its name (default: all)')
    .addHelpText(
      'after',
      `
Starts a hub where none runs, since only a hub knows what loads. Ends with 1 when something is broken.

Examples:
  botster plugin doctor
  botster plugin doctor hello`,
    )
    .action(doctor)
}

const MARKS: Record<PluginFinding['level'], string> = {
  ok: 'ok     ',
  note: 'note   ',
  warning: 'warning',
  error: 'error  ',
}

async function doctor(name: string | undefined): Promise<void> {
  const { findPlace } = await import('../../place.ts')
  const { requireHub } = await import('../../connect.ts')
  const { runHubCommand } = await import('../../hub-command.ts')
  const { note, print } = await import('../../output.ts')
  const { findings: shape } = await import('../../plugin/shapes.ts')
  using connection = await requireHub(await findPlace(), { role: 'cli', start: 'needed' })
  const { findings } = shape.parse(await runHubCommand(connection, 'plugin:doctor', { name }))
  if (findings.length === 0) return note('no plugins: make one with `botster plugin new NAME`')
  print(...findings.flatMap(describe))
  if (findings.some(({ level }) => level === 'error')) process.exitCode = 1
}

function describe({ plugin, level, message, hint, traceback }: PluginFinding): string[] {
  const [first = '', ...more] = message.split('\n')
  const below = [...more, ...(traceback ?? '').split('\n').filter((line) => line.trim() !== '')]
  return [
    `${MARKS[level]}  ${plugin}: ${printable(first)}`,
    ...below.map((line) => `           ${printable(line)}`),
    ...(hint === undefined ? [] : [`         → ${printable(hint)}`]),
  ]
}

/** What a script said must not steer the terminal. */
function printable(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ')
}
