import type { Command } from 'commander'
import { defineCommand } from '../command.ts'
import { CommandFailed } from '../usage.ts'

export function command(): Command {
  return defineCommand('doctor')
    .description('check what botster needs: Node, git, terminal, sockets, permissions')
    .addHelpText('after', '\nEvery line says ok, warn or fail, and what to do. Exit code 1 when anything fails.')
    .action(doctor)
}

async function doctor(): Promise<void> {
  const { examine } = await import('../doctor/examine.ts')
  const { print } = await import('../output.ts')
  const findings = await examine()
  for (const { grade, subject, text, advice } of findings) {
    print(`${grade.padEnd(4)}  ${subject.padEnd(12)}${text}`)
    if (advice !== undefined) print(`      ${' '.repeat(12)}→ ${advice}`)
  }
  const failed = findings.filter(({ grade }) => grade === 'fail').length
  if (failed > 0) throw new CommandFailed(`${failed} of ${findings.length} checks failed`)
}
