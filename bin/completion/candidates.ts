import type { Command, Option } from 'commander'
import { STATES } from '../states.ts'
import { agentNames, branchNames, pluginNames, profileNames, shippedNames, templateNames } from './names.ts'

export interface Candidate {
  readonly value: string
  readonly description: string
}

/**
 * What could stand where the last word of a command line is.
 * @param words the words after `botster`; the last one is being typed and may be empty
 */
export async function candidates(program: Command, words: readonly string[]): Promise<Candidate[]> {
  const typed = words.at(-1) ?? ''
  const all = await possible(program, words.slice(0, -1), typed)
  return all.filter(({ value }) => value.startsWith(typed) && value !== '')
}

async function possible(program: Command, before: readonly string[], typed: string): Promise<Candidate[]> {
  const { command, rest } = innermost(program, before)
  if (command.commands.length > 0) {
    if (rest.length > 0) return []
    return typed.startsWith('-') ? optionsOf(command) : verbsOf(command)
  }
  const awaited = optionAwaitingValue(command, rest.at(-1))
  if (awaited !== undefined) return valuesOf(awaited)
  if (typed.startsWith('-')) return optionsOf(command)
  return argumentsOf(command, positionals(command, rest).length)
}

/** The command that the words name, `plugin enable` for example, and the words after its name. */
function innermost(program: Command, words: readonly string[]): { command: Command; rest: readonly string[] } {
  const [verb, ...rest] = words
  const command = program.commands.find((candidate) => candidate.name() === verb)
  return command === undefined ? { command: program, rest: words } : innermost(command, rest)
}

function verbsOf(program: Command): Candidate[] {
  return program.commands.map((command) => ({ value: command.name(), description: command.description() }))
}

function optionsOf(command: Command): Candidate[] {
  const help = { value: '--help', description: 'explain this command' }
  return [...command.options.map(({ long, description }) => ({ value: long ?? '', description })), help]
}

function optionAwaitingValue(command: Command, word: string | undefined): Option | undefined {
  if (word === undefined) return undefined
  return command.options.find((option) => option.required && (option.long === word || option.short === word))
}

function positionals(command: Command, words: readonly string[]): string[] {
  return words.filter((word, at) => !word.startsWith('-') && !optionAwaitingValue(command, words[at - 1]))
}

async function valuesOf(option: Option): Promise<Candidate[]> {
  if (option.long === '--from') return branchNames()
  if (option.long === '--state') return STATES.map((value) => ({ value, description: 'state' }))
  return option.long === '--profile' ? profileNames() : []
}

async function argumentsOf(command: Command, position: number): Promise<Candidate[]> {
  const argument = command.registeredArguments[position]
  if (argument === undefined) return []
  if (argument.argChoices) return argument.argChoices.map((value) => ({ value, description: '' }))
  switch (argument.name()) {
    case 'agent':
      return agentNames()
    case 'branch':
      return branchNames()
    case 'plugin':
      return pluginNames()
    case 'template':
      return templateNames(command.name())
    case 'file':
      return command.name() === 'eject' || command.name() === 'diff' ? shippedNames() : []
    default:
      return []
  }
}
