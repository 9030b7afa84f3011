import type { Command } from 'commander'
import { defineCommand } from '../../command.ts'

export function testCommand(): Command {
  return defineCommand('test')
    .description('run the tests of a plugin (*_test.lua) in a hub of their own')
    .argument('<directory>', 'of the plugin, or a name of one that is installed')
    .option('--json', 'machine-readable (docs/cli.md)')
    .option('--only <text>', 'tests whose name has this in it')
    .option('--with <directory>', 'another plugin that this one requires; may be given several times', collect, [])
    .addHelpText(
      'after',
      `
The hub is a real one with an empty repository, a home and a configuration of its own, and is gone afterwards. Before
each test the plugin is loaded anew. Ends with 1 when a test fails.

Examples:
  botster plugin test .
  botster plugin test ~/.botster/shared/plugins/hello --only greets`,
    )
    .action(test)
}

interface TestOptions {
  readonly json?: boolean
  readonly only?: string
  readonly with: readonly string[]
}

const collect = (value: string, before: readonly string[]) => [...before, value]

async function test(directory: string, { json = false, only, with: others }: TestOptions): Promise<void> {
  const { findTestDirectory } = await import('../../plugin-test/find.ts')
  const { runPluginTests } = await import('../../plugin-test/run.ts')
  const { reportText } = await import('../../plugin-test/report.ts')
  const { print, printJson } = await import('../../output.ts')
  const required = await Promise.all(others.map(findTestDirectory))
  const report = await runPluginTests(await findTestDirectory(directory), { only, required })
  if (json) printJson(report)
  else print(...reportText(report, process.stdout.isTTY === true))
  if (report.failed > 0) process.exitCode = 1
}
