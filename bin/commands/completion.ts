import { Argument, type Command } from 'commander'
import { defineCommand } from '../command.ts'
import { SHELLS, type Shell } from '../completion/shells.ts'

export function command(): Command {
  return defineCommand('completion')
    .description('print a completion script for your shell')
    .addArgument(new Argument('<shell>').choices(SHELLS))
    .addHelpText(
      'after',
      `
Examples:
  bash   echo 'source <(botster completion bash)' >> ~/.bashrc
  zsh    echo 'source <(botster completion zsh)' >> ~/.zshrc
  fish   botster completion fish > ~/.config/fish/completions/botster.fish`,
    )
    .action(completion)
}

async function completion(shell: Shell): Promise<void> {
  const { completionScript } = await import('../completion/scripts.ts')
  const { print } = await import('../output.ts')
  print(completionScript(shell))
}
