import type { Command } from 'commander'
import type { ShippedFile } from '../../hub/installs/shipped.ts'
import { defineCommand } from '../command.ts'

export function command(): Command {
  return defineCommand('diff')
    .description('show where your Lua files differ from those that botster ships now')
    .argument('[file]', 'its path below lua/, e.g. ui/layout.lua (default: all of yours)')
    .option('--names', 'names only')
    .addHelpText(
      'after',
      `
Lines with - are botster's, lines with + yours. Ends with 0 also when there are differences.

Examples:
  botster diff
  botster diff ui/layout.lua`,
    )
    .action(diff)
}

async function diff(path: string | undefined, { names = false }: { names?: boolean }): Promise<void> {
  const { shippedFiles } = await import('../../hub/installs/shipped.ts')
  const { note, print } = await import('../output.ts')
  const files = shippedFiles()
  const chosen = path === undefined ? files.filter(({ state }) => state !== 'shipped') : [await find(files, path)]
  const changed = chosen.filter(({ state }) => state === 'changed')
  for (const file of changed) {
    if (file.isOutdated) note(`${file.path}: botster's own has changed since you made yours from it`)
    if (names) print(file.path)
    else await showDifference(file)
  }
  if (changed.length > 0) return
  const [only] = path === undefined ? [] : chosen
  if (only?.state === 'shipped') note(`there is no ${only.own}: botster's own counts`)
  else note(chosen.length === 0 ? 'you have replaced no file of botster’s' : 'no differences')
}

async function find(files: readonly ShippedFile[], path: string): Promise<ShippedFile> {
  const file = files.find((candidate) => candidate.path === path || `lua/${candidate.path}` === path)
  if (file !== undefined) return file
  const { CommandFailed } = await import('../usage.ts')
  throw new CommandFailed(`botster ships no file '${path}'`, { hint: '`botster eject` lists them' })
}

async function showDifference({ shipped, own }: ShippedFile): Promise<void> {
  const { dirname } = await import('node:path')
  const { runGit } = await import('../../hub/git/run.ts')
  const { CommandFailed } = await import('../usage.ts')
  const color = process.stdout.isTTY ? 'always' : 'never'
  const options = [
    '--no-index',
    '--no-ext-diff',
    '--no-textconv',
    `--color=${color}`,
    '--src-prefix=/',
    '--dst-prefix=/',
  ] // whole paths: git cuts their /
  const { exitCode, stdout, stderr } = await runGit(['diff', ...options, '--', shipped, own], { cwd: dirname(own) })
  if (exitCode > 1) throw new CommandFailed(`git cannot compare ${shipped} with ${own}: ${stderr}`)
  process.stdout.write(stdout)
}
