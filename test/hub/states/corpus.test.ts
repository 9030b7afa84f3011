import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeWorld, type World } from '../lua/world.ts'
import { readCorpus, type Screen } from './corpus.ts'

/** Of the screens that show a state, how many are read as it; of those that do not, how many are. */
const LEAST_RECALL = 0.97
const MOST_FALSE_ALARMS = 0.01

interface Reading {
  readonly state?: string
  readonly rule?: string
  readonly question?: string
}

let world: World
let readings: (Screen & { readonly read: Reading })[]
beforeAll(async () => {
  world = await makeWorld({
    files: {
      'user/reader.lua': `
        local commands = require('lib.commands')
        commands.register('read_screen', function(client, _, command)
          local compiled = require('lib.detectors').get(command.program)
          return require('lib.detector').read(compiled, command.screen) or {}
        end)
        return {}`,
    },
  })
  await world.eval(`require('user.reader')`)
  readings = await Promise.all(
    readCorpus().map(async (screen) => {
      const { text, cursor, title } = screen
      const read = await world.command<Reading>('read_screen', {
        program: screen.program,
        screen: { text, cursor, title },
      })
      return { ...screen, read }
    }),
  )
})
afterAll(() => world[Symbol.asyncDispose]())

test('The corpus has at least 80 screens of six programs, and traps for each', () => {
  const programs = Map.groupBy(readings, ({ program }) => program)
  expect(readings.length).toBeGreaterThanOrEqual(80)
  expect([...programs.keys()].sort()).toEqual(['aider', 'any', 'claude', 'codex', 'gemini', 'opencode', 'shell'])
  for (const screens of programs.values()) expect(screens.filter(({ trap }) => trap).length).toBeGreaterThanOrEqual(3)
})

describe('Screens are read as what they are', () => {
  test.each(['working', 'waiting', 'idle', 'failed', 'none'])('%s', (state) => {
    const readAs = ({ read }: (typeof readings)[number]) => read.state ?? 'none'
    const labelled = readings.filter((screen) => screen.state === state)
    const others = readings.filter((screen) => screen.state !== state)
    const missed = labelled.filter((screen) => readAs(screen) !== state)
    const alarms = others.filter((screen) => readAs(screen) === state)
    const recall = 1 - missed.length / labelled.length
    const falseAlarms = alarms.length / others.length
    const named = (screens: typeof readings) =>
      screens.map((screen) => `${screen.program}/${screen.name} (${readAs(screen)}: ${screen.read.rule})`).join(', ')
    process.stdout.write(
      `${state}: ${labelled.length} screens, recall ${recall.toFixed(3)}, false alarms ${falseAlarms.toFixed(3)} ` +
        `${named(missed)} ${named(alarms)}\n`,
    )
    expect(recall, `missed: ${named(missed)}`).toBeGreaterThanOrEqual(LEAST_RECALL)
    expect(falseAlarms, `false: ${named(alarms)}`).toBeLessThanOrEqual(MOST_FALSE_ALARMS)
  })

  test('and say what is asked', () => {
    const wrong = readings
      .filter(({ question, read }) => question !== undefined && read.question !== question)
      .map(({ program, name, read }) => `${program}/${name}: ${read.question}`)
    expect(wrong).toEqual([])
  })
})

test('A terminal twice as wide, or with blank rows below, is read the same', async () => {
  for (const screen of readings.filter(({ program }) => program !== 'shell' && program !== 'aider')) {
    const { text, title, cursor } = screen
    const padded = `${text
      .split('\n')
      .map((line) => line.padEnd(160))
      .join('\n')}\n\n\n`
    const read = await world.command<Reading>('read_screen', {
      program: screen.program,
      screen: { text: padded, title, cursor },
    })
    expect(read, `${screen.program}/${screen.name}`).toEqual(screen.read)
  }
})
