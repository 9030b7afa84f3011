import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { StringDecoder } from 'node:string_decoder'
import { setTimeout as delay } from 'node:timers/promises'
import { isAlive } from './processes.ts'
import { RandomInput } from './random-input.ts'
import type { Terminal } from './terminal.ts'
import { PATIENCE_MS, until } from './until.ts'
import type { World } from './world.ts'

const RECORDER = join(import.meta.dirname, 'key-recorder.ts')
const KEYBINDINGS = join(import.meta.dirname, '../../../lua/ui/keybindings.lua')

/** Agents, and what their programs ask of the terminal (`^` is an escape). */
const AGENTS: Readonly<Record<string, string>> = {
  alpha: '',
  beta: '^[?2004;1002;1006;1004h',
  gamma: '^[?1049;1003;1006;2004h^[>3u',
}

const SIZES = [
  [80, 24],
  [120, 40],
  [20, 5],
  [61, 9],
  [200, 60],
] as const
const USUAL = [100, 30] as const
/** In which every pane of a split shows what its program says. */
const ROOMY = [200, 50] as const

/** What the hub of this test refuses: programs that are no recorders would do what they are told. */
const HUB_LUA = `
local fine = { alpha = true, beta = true, gamma = true }
local commands = { list_agents = true, list_worktrees = true, list_profiles = true, list_session_types = true,
  list_commands = true, create_agent = true, delete_agent = true, rename_agent = true,
  select_agent = true, clear_notification = true, review_repository = true }
hooks.intercept("before_agent_create", "recorders only", function(options)
  return fine[options.branch] and options or nil
end)
hooks.intercept("before_hub_command", "nothing that leaves the test", function(command)
  return commands[command.type] and command or nil
end)`

/** Notes for each letter that is no ASCII in which mode it came, and which program was shown then. */
const UI_LUA = `
local notes = {}
local function note(key, mode, result)
  local letter = utf8.len(key) == 1 and utf8.codepoint(key)
  if letter and letter >= 0x2e80 then
    local index = _tui_state.selected_agent_index
    local agent = index and _tui_state.agents[index + 1]
    local session = agent and agent.sessions[(_tui_state.active_pty_index or 0) + 1]
    local passed = mode == "insert" and result == nil and session
    notes[#notes + 1] = ("%x %s"):format(letter, passed and agent.branch_name .. "." .. session.name or "-")
  end
end
local handle_key = _keybindings.handle_key
_keybindings.handle_key = function(key, mode, context)
  local result = handle_key(key, mode, context)
  note(key, mode, result)
  return result
end
local on_hub_event = _events.on_hub_event
_events.on_hub_event = function(type, data, context)
  if type == "typing_interrupted" and data.kept_back == "key" and #notes > 0 then
    notes[#notes] = notes[#notes]:gsub(" .*", " -")
  end
  return on_hub_event(type, data, context)
end
local function show()
  log.info("notes " .. table.concat(notes, ","))
  notes = {}
end
botster.keymap.set({ "insert", "normal" }, "f12", show)
-- Whoever locked the keys unlocks them before they look at what became of it.
local lock = require("ui.lock")
local handle_locked_key = lock.handle_key
lock.handle_key = function(key, action)
  if key == "f12" then
    show()
    return handle_locked_key(key, "lock_keys")
  end
  local result = handle_locked_key(key, action)
  if result == nil then
    note(key, "insert", result)
  end
  return result
end
-- They give the terminal away, and with it what is typed.
for _, name in ipairs({ "open_history_in_pager", "open_history_in_editor" }) do
  botster.action.register(name, function() return {} end)
end`

/** Programs to which the mouse must say nothing. */
const ASKED_FOR_NO_MOUSE = /^alpha\.|\.web$/
const MOUSE_REPORT = /\x1b\[<\d+;\d+;\d+[Mm]/g
const F12 = '\x1b[24~'
/** Ends whatever was broken off: a paste, a string, a sequence. */
const TERMINATE = '\x1b[201~\x1b\\'

/** Somebody who hits the keyboard, and looks from time to time whether the UI is still what it should be. */
export class RandomUser {
  readonly input: RandomInput
  /**
   * How many letters that come once were typed, and how many each program got; and how many reports of the mouse came to
   * programs that asked for none: one that breaks off for long in its middle is typed text.
   */
  readonly stats = { typed: 0, letters: 0, arrived: {} as Record<string, number>, strayReports: 0 }
  readonly #world: World
  readonly #records: string
  #terminal: Terminal
  #cols = 100
  #rows = 30
  #rounds = 0
  /** When each letter was typed. */
  readonly #typed = new Map<string, number>()
  /** Who got each letter. */
  readonly #owners = new Map<string, string>()
  /** The letter that was typed right before the paste of another. */
  readonly #pastedAfter = new Map<string, string>()
  /** For whom each letter was, by the UI's own account. */
  readonly #meant = new Map<string, string>()
  /** Agents that were closed: what was typed last may have been lost with them. */
  readonly #closed = new Set<string>()
  readonly #read = new Map<string, { size: number; last: number; decoder: StringDecoder }>()

  static async start(world: World, seed: number): Promise<RandomUser> {
    const write = (path: string, text: string) => {
      mkdirSync(dirname(join(world.userDirectory, path)), { recursive: true })
      writeFileSync(join(world.userDirectory, path), text)
    }
    write('lua/user/init.lua', HUB_LUA)
    write('lua/user/ui/notes.lua', UI_LUA)
    const records = join(world.directory, 'records')
    mkdirSync(records)
    write('shared/sessions/agent/initialization', '')
    write(
      'shared/sessions/web/initialization',
      `exec ${recorder(records, '$(basename "$BOTSTER_WORKTREE_PATH" | sed s/repo-//).web', '')}`,
    )
    for (const name of Object.keys(AGENTS)) await newAgent(world, records, name, ['agent', 'web'])
    const user = new RandomUser(world, seed, records)
    await user.#opened()
    return user
  }

  private constructor(world: World, seed: number, records: string) {
    this.#world = world
    this.#records = records
    this.#terminal = world.open(['attach'])
    const keys = [...readFileSync(KEYBINDINGS, 'utf8').matchAll(/\["([^"]+)"\] = "/g)].map((match) => match[1]!)
    this.input = new RandomInput({ seed, keys: [...new Set(keys)].filter((key) => key !== 'ctrl+q') })
  }

  async round(events: number): Promise<void> {
    const { random } = this.input
    let bytes = ''
    for (let count = 0; count < events; count++) {
      const event = this.input.event(this.#cols, this.#rows)
      for (const tag of event.tags) this.#typed.set(tag, ++this.stats.letters)
      for (const tag of event.tags.slice(1)) this.#pastedAfter.set(tag, event.tags[0]!)
      bytes += event.bytes
      if (random.chance(0.02)) {
        await this.#write(bytes)
        bytes = ''
        if (random.chance(0.1)) this.#resize(random.pick(SIZES))
      }
      this.stats.typed++
    }
    await this.#write(bytes)
    await this.#write(TERMINATE)
    this.#rounds++
    await this.#look()
  }

  /** What the UI noted, but for our notes and for agents that were closed at that moment. */
  problems(): string[] {
    const lines = readFileSync(this.#world.hubFile('tui.log'), 'utf8').split('\n')
    return lines.filter((line) => line !== '' && !/ there is no session /.test(line))
  }

  /** In pieces that end anywhere. */
  async #write(text: string): Promise<void> {
    const { random } = this.input
    const bytes = [...text]
    while (bytes.length > 0) {
      this.#terminal.type(bytes.splice(0, 1 + random.below(200)).join(''))
      if (random.chance(0.05)) await delay(random.below(random.chance(0.05) ? 150 : 3))
    }
  }

  #resize([cols, rows]: readonly [number, number]): void {
    this.#cols = cols
    this.#rows = rows
    try {
      this.#terminal.resize(cols, rows)
    } catch (error) {
      // Gone, and we have not heard of it yet: whether it may be is looked at when coming back.
      if (!(error as Error).message.includes('EBADF')) throw error
    }
  }

  async #look(): Promise<void> {
    this.#resize(ROOMY)
    await this.#answers()
    await this.#check()
    await this.#restore()
    this.#resize(USUAL)
  }

  /** The menu and the palette have an item for leaving. */
  async #comeBack(): Promise<void> {
    if (!this.#terminal.exit) return
    if (this.#terminal.exit.code !== 0) throw new Error(`the UI ended: ${this.#terminal.text()}`)
    this.#terminal = this.#world.open(['attach'], { cols: this.#cols, rows: this.#rows })
    await this.#opened()
  }

  async #opened(): Promise<void> {
    await this.#terminal.waitFor(/[┌╭].*[┐╮]/) // the titles may have no room for more than the agent's name
  }

  /** After escape, and escape again, letters go to the program that is seen. */
  async #answers(): Promise<void> {
    for (let tries = 1; ; tries++) {
      await this.#comeBack()
      await this.#escape()
      const tag = this.input.tag()
      this.#typed.set(tag, ++this.stats.letters)
      this.#terminal.type(tag + F12)
      const shown = new RegExp(`(\\w+\\.\\w+) has ${tag.codePointAt(0)!.toString(16)} `)
      try {
        await this.#terminal.waitFor(shown, tries < 3 ? 3000 : PATIENCE_MS)
        return
      } catch (error) {
        if (tries === 3) throw error // the hub's answer to something may have come in between, but not thrice
        await this.#restore()
      }
    }
  }

  async #escape(): Promise<void> {
    const isLegacy = this.#rounds % 10 === 0
    for (let count = 0; count < 6; count++) {
      this.#terminal.type(isLegacy ? '\x1b' : '\x1b[27u')
      if (isLegacy) await delay(40)
    }
  }

  /** Starts again the agents that were closed. */
  async #restore(): Promise<void> {
    for (const name of Object.keys(AGENTS)) {
      if (this.#isAlive(`${name}.agent`)) continue
      this.#closed.add(name)
      await newAgent(this.#world, this.#records, name, ['agent']) // of the others nothing is expected: see #closed
    }
  }

  get #programs(): string[] {
    return readdirSync(this.#records).filter((file) => !file.endsWith('.pid'))
  }

  #isAlive(name: string): boolean {
    return isRunning(join(this.#records, `${name}.pid`))
  }

  /** Nobody got what was meant for somebody else, nothing is lost, and nothing came out of order. */
  async #check(): Promise<void> {
    for (const [tag, owner] of this.#notes()) this.#meant.set(tag, owner)
    for (const name of this.#programs) this.#readRecord(name)
    const missing = () => {
      for (const name of this.#programs) this.#readRecord(name)
      return [...this.#meant].filter(([tag, owner]) => {
        return (
          owner !== '-' && !this.#owners.has(tag) && !this.#closed.has(owner.split('.')[0]!) && this.#isAlive(owner)
        )
      })
    }
    await until(() => missing().length === 0, {
      what: 'letters to arrive',
      seen: () => JSON.stringify(missing().map(([tag, owner]) => [tag, this.#typed.get(tag), owner])),
    })
    for (const [tag, owner] of this.#owners) {
      const meant = this.#meant.get(tag) ?? this.#meant.get(this.#pastedAfter.get(tag) ?? '')
      if (meant !== undefined && meant !== owner) throw new Error(`${tag} was meant for ${meant} and came to ${owner}`)
    }
    this.#meant.clear()
    this.#owners.clear()
    this.#pastedAfter.clear()
    this.#closed.clear()
  }

  #readRecord(name: string): void {
    const known = this.#read.get(name) ?? { size: 0, last: 0, decoder: new StringDecoder() }
    const bytes = readFileSync(join(this.#records, name))
    const news = known.decoder.write(bytes.subarray(known.size)) // a letter may have come in part
    if (ASKED_FOR_NO_MOUSE.test(name)) this.stats.strayReports += news.match(MOUSE_REPORT)?.length ?? 0
    for (const tag of news) {
      const number = this.#typed.get(tag)
      if (number === undefined) continue
      if (this.#owners.has(tag)) throw new Error(`${tag} came to ${this.#owners.get(tag)} and to ${name}`)
      if (number < known.last) throw new Error(`${tag} came to ${name} after what was typed later`)
      this.#owners.set(tag, name)
      this.stats.arrived[name] = (this.stats.arrived[name] ?? 0) + 1
      known.last = number
    }
    this.#read.set(name, { ...known, size: bytes.length })
  }

  #notes(): (readonly [tag: string, owner: string])[] {
    const log = readFileSync(this.#world.hubFile('tui.log'), 'utf8')
    const lines = log.split('\n').flatMap((line) => /: notes (.*)$/.exec(line)?.[1]?.split(',') ?? [])
    writeFileSync(this.#world.hubFile('tui.log'), log.replace(/^.*: notes .*\n/gm, ''))
    return lines.filter(Boolean).map((note) => {
      const [code = '', owner = ''] = note.split(' ')
      return [String.fromCodePoint(Number.parseInt(code, 16)), owner] as const
    })
  }
}

function recorder(records: string, name: string, modes: string): string {
  return `${process.execPath} ${RECORDER} ${records}/${name} ${name} '${modes}'`
}

async function newAgent(world: World, records: string, name: string, awaited: readonly string[]): Promise<void> {
  const isListed = async () => (await world.agents()).some(({ branch }) => branch === name)
  await until(async () => !(await isListed()), { what: `the ${name} before to be gone` })
  const fileOf = (session: string) => join(records, `${name}.${session}.pid`)
  for (const session of ['agent', 'web']) rmSync(fileOf(session), { force: true })
  await world.newAgent(name, `exec ${recorder(records, `${name}.agent`, AGENTS[name]!)}`)
  for (const file of awaited.map(fileOf)) await until(() => isRunning(file), { what: `${file} to run` })
}

function isRunning(pidFile: string): boolean {
  return existsSync(pidFile) && isAlive(Number(readFileSync(pidFile)))
}
