import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { bundleWorker } from '../chrome/support/worker.ts'
import { agent } from './keys-harness.ts'
import { World, type WorldOptions } from './world.ts'

/** A sequence of keys that stays open however long a test looks. */
const SEQUENCE = `
  botster.keymap.timeout_ms = 3600000
  botster.keymap.set('insert', 'ctrl+x g', 'next_agent')`

let worker: Awaited<ReturnType<typeof bundleWorker>>
let world: World
beforeAll(async () => {
  worker = await bundleWorker('tui/chrome/worker.tsx')
})
afterAll(() => worker[Symbol.dispose]())
afterEach(() => world[Symbol.asyncDispose]())

const start = async (options: Omit<WorldOptions, 'chromeWorker'> = {}) => {
  world = await World.start({ chromeWorker: worker.path, ...options })
}

const CTRL_J = '\n'
const CTRL_K = '\x0b'
const CTRL_P = '\x10'
const F10 = '\x1b[21~'
const PAGE_UP = '\x1b[5;2~'

describe('the whole screen', () => {
  it('shows the list of agents beside the screen of the selected one', async () => {
    await start()
    await world.addAgent('one', 'printf "\\033[32mgreen\\033[m text"; cat')
    await world.see('green text')
    expect(world.screen).toMatch(/Agents \(1\).*one \[AGENT\]/)
    const line = world.screen.split('\n').findIndex((text) => text.includes('green text'))
    const row = world.terminal.buffer.active.getLine(line)!
    const x = row.translateToString(true).indexOf('green')
    expect(row.getCell(x)!.getFgColor()).toBe(2)
    expect(row.getCell(x + 6)!.isFgDefault()).toBe(true)
  })

  it('gives the program a key that begins a sequence when it is pressed twice', async () => {
    await start({ files: { 'lua/user/ui/x.lua': SEQUENCE } })
    await world.addAgent('one', 'stty raw -echo; echo ready; cat -v')
    await world.see('ready')
    world.type('\x18')
    await world.see('Next agent')
    world.type('\x18z')
    await world.see('^Xz')
  })

  it('gives nothing of what is being typed to the agent that comes when the one that is typed into goes', async () => {
    await start()
    const program = (name: string) => `stty -echo; while read line; do echo "${name} got [$line]"; done`
    for (const name of ['one', 'two']) await world.addAgent(name, program(name))
    await world.see('> one')
    world.type('rm -r')
    world.setAgents([agent('two')])
    await world.see(() => {
      world.type('x') // all the time: a rest is what ends it
      return world.screen.includes('two is here now')
    })
    world.type('f x\r')
    await new Promise((rested) => setTimeout(rested, 3000)) // the rest itself is what is tested: it begins once the keys above were handled
    world.type('meant for two\r')
    await world.see('two got [meant for two]')
    expect(world.screen).not.toMatch(/two got \[(?!meant for two\])/)
  })

  it('gives what is typed to the selected agent, and its echo comes back', async () => {
    await start()
    await world.addAgent('one', 'stty -echo; while read line; do echo "one got $line"; done')
    await world.addAgent('two', 'stty -echo; while read line; do echo "two got $line"; done')
    await world.see('> one')
    world.type('hello\r')
    await world.see('one got hello')
    world.type(`${CTRL_J}again\r`)
    await world.see('two got again')
    world.type(CTRL_K)
    await world.see('one got hello')
    expect(world.screen).not.toContain('two got again')
  })

  it('puts the cursor where the program has it, and hides it in the menu', async () => {
    await start()
    await world.addAgent('one', 'printf "\\033[5;10H"; cat')
    await world.see('> one')
    const { active } = world.terminal.buffer
    const corner = world.screen.split('\n')[0]!.lastIndexOf('┌')
    await world.see(() => active.cursorY === 5 && active.cursorX === corner + 10)
    world.type(F10)
    await world.see('New agent')
    expect(world.output.lastIndexOf('\x1b[?25l')).toBeGreaterThan(world.output.lastIndexOf('\x1b[?25h'))
    world.type('\x1b')
    await world.see(() => world.output.lastIndexOf('\x1b[?25h') > world.output.lastIndexOf('\x1b[?25l'))
  })

  it('tells the program the size of its panel, at once and after every change', async () => {
    await start({ cols: 100, rows: 24 })
    await world.addAgent('one', 'while :; do stty size; sleep 0.05; done')
    await world.see(/22 7[0-9]\b/)
    world.resize(60, 15)
    await world.see(/13 3[0-9]\b/)
    expect(world.screen.split('\n')[14]).toMatch(/^└.*┘$/)
  })

  it('draws everything again in a terminal that shrank to almost nothing and grew back', async () => {
    await start()
    await world.addAgent('one', 'printf "still here"; cat')
    await world.see('still here')
    for (const [cols, rows] of [
      [20, 5],
      [3, 2],
      [1, 1],
      [100, 24],
    ] as const) {
      world.resize(cols, rows)
    }
    await world.see(/Agents \(1\)[\s\S]*still here/)
  })

  it('shows history above the screen, and keeps the place while output arrives', async () => {
    await start()
    await world.addAgent('one', 'seq 1 200; printf "$ "; read go; seq 201 300; cat')
    await world.see(/\b200\b[\s\S]*\$ /)
    world.type(PAGE_UP)
    await world.see('[SCROLLBACK +11]')
    await world.see(() => /│\d+ *│$/.test(world.screen.split('\n')[1]!)) // what is above has to be fetched
    const before = world.screen.split('\n').slice(1)
    await world.manager.connection.send({ type: 'input', session: 'one/agent', data: Buffer.from('\r') })
    await world.see(/\[SCROLLBACK \+1[0-9]{2}\]/)
    expect(world.screen.split('\n').slice(1)).toEqual(before)
    world.type('x')
    await world.see(/\b300\b/)
    await world.see(() => !world.screen.includes('SCROLLBACK'))
  })

  it('goes on drawing and typing without a hub, says so, and subscribes again when it is back', async () => {
    await start()
    await world.addAgent('one', 'cat')
    await world.see('> one')
    await world.killHub()
    await world.see('The hub is gone')
    world.type('typed without a hub')
    await world.see('typed without a hub')
    await world.startHub()
    await world.see(() => !world.screen.includes('The hub is gone'))
    await world.see(() => world.heard.filter(({ type }) => type === 'subscribe').length === 2)
    expect(world.screen).toContain('typed without a hub')
  })

  it('loses nothing on a terminal that is slow, and skips what was overtaken', async () => {
    await start()
    world.slowness = 20
    await world.addAgent('one', 'i=0; while [ $i -lt 6000 ]; do i=$((i+1)); echo $i; done; echo the end; cat')
    await world.see('the end')
    world.slowness = 0
    world.type('alive')
    await world.see('alive')
    expect(world.output.length).toBeLessThan(200_000)
  })

  it('puts an overlay above the terminal, and the terminal back when it closes', async () => {
    await start()
    await world.addAgent(
      'one',
      'for i in $(seq 1 21); do printf "row %d ######################################\\n" $i; done; cat',
    )
    await world.see('row 21')
    const before = world.screen
    world.type(CTRL_P)
    await world.see('New agent')
    world.manager.type('one/agent', 'below the menu')
    await world.see('below the menu')
    expect(world.screen).toContain('New agent')
    world.type('\x1b')
    await world.see(() => !world.screen.includes('New agent'))
    expect(world.screen.split('\n').slice(0, 10)).toEqual(before.split('\n').slice(0, 10))
  })
})

describe('a layout of the user’s', () => {
  const SIDE_BY_SIDE = `
    function render(state)
      local children = {}
      for index in ipairs(state.agents) do
        children[index] = { type = 'terminal', agent_index = index - 1, block = { title = state.agents[index].name } }
      end
      if #children == 0 then return { type = 'paragraph', lines = { 'Agents (0)' } } end
      local constraints = {}
      for index in ipairs(children) do constraints[index] = 'min:1' end
      return { type = 'hsplit', constraints = constraints, children = children }
    end`

  it('can show several agents at once, and a click decides which one gets the keys', async () => {
    await start({ files: { 'lua/ui/layout.lua': SIDE_BY_SIDE } })
    await world.addAgent('left', 'echo I am left; cat')
    await world.addAgent('right', 'echo I am right; cat')
    await world.see(/I am left .*I am right/)
    world.type('first')
    await world.see(/first {2,}/)
    const place = world.screen.split('\n').findIndex((line) => line.includes('I am right'))
    const column = world.screen.split('\n')[place]!.indexOf('I am right')
    world.type(`\x1b[<0;${column + 1};${place + 1}M\x1b[<0;${column + 1};${place + 1}m`)
    world.type('second')
    await world.see('second')
    const line = world.screen.split('\n').find((text) => text.includes('second'))!
    expect(line.indexOf('second')).toBe(column)
    expect(line).toContain('first')
  })

  it('changes the screen when it is saved, and a mistake is named above what was drawn last', async () => {
    await start()
    await world.addAgent('one', 'echo output; cat')
    await world.see('output')
    world.write('lua/ui/layout.lua', SIDE_BY_SIDE)
    await world.see(() => !world.screen.includes('Agents (1)') && world.screen.includes('output'))
    world.write('lua/ui/layout.lua', `${SIDE_BY_SIDE}\nlocal oops = `)
    await world.see(/layout\.lua:\d+:/)
    expect(world.screen).not.toContain('Agents (1)')
    world.write('lua/ui/layout.lua', SIDE_BY_SIDE)
    await world.see(() => !world.screen.includes('layout.lua'))
  })
})

describe('the mouse', () => {
  it('goes to a program that asked, in the program’s own coordinates', async () => {
    await start()
    await world.addAgent('one', 'printf "\\033[?1000h\\033[?1006h"; stty raw -echo; echo ready; cat -v')
    await world.see('ready')
    const corner = world.screen.split('\n')[0]!.lastIndexOf('┌')
    world.type(`\x1b[<0;${corner + 2 + 10};6M`)
    await world.see('^[[<0;11;5M')
  })

  it('scrolls a program that did not ask back into its history', async () => {
    await start()
    await world.addAgent('one', 'seq 1 100; cat')
    await world.see(/\b100\b/)
    world.type('\x1b[<64;50;5M')
    await world.see('[SCROLLBACK +3]')
    world.type('\x1b[<65;50;5M')
    await world.see(() => !world.screen.includes('SCROLLBACK'))
  })

  it('selects agents in the list and items of an overlay, which the second click runs', async () => {
    await start()
    await world.addAgent('one', 'cat')
    await world.addAgent('two', 'cat')
    await world.see(/> one[\s\S]* two/)
    const [, line] = find('  two')
    world.type(`\x1b[<0;5;${line}M\x1b[<0;5;${line}m`)
    await world.see('> two')
    world.type(CTRL_P)
    await world.see('Close agent')
    const [x, y] = find('Close agent')
    world.type(`\x1b[<0;${x};${y}M\x1b[<0;${x};${y}m`)
    await world.see('> Close agent')
    expect(world.screen).not.toContain('Close two?')
    world.type(`\x1b[<0;${x};${y}M\x1b[<0;${x};${y}m`)
    await world.see('Close two?')
  })
})

describe('tabs of a layout', () => {
  const TABS = `
    local shipped = render
    function render(state)
      local tabs = { type = 'tabs', items = {
        { text = 'first', action = 'none' }, { text = 'leave', action = 'detach' } } }
      return { type = 'vsplit', constraints = { '1', 'min:1' }, children = { tabs, shipped(state) } }
    end`

  it('run their action when they are clicked', async () => {
    await start({ files: { 'lua/user/ui/tabs.lua': TABS } })
    await world.see(' first │ leave')
    world.type('\x1b[<0;3;1M\x1b[<0;3;1m')
    world.type('\x1b[<0;12;1M\x1b[<0;12;1m')
    expect(await world.ended).toBe(0)
  })
})

describe('a program', () => {
  it('gets the outer terminal’s colours when it asks for them', async () => {
    await start()
    world.type('\x1b]11;rgb:1212/5656/9a9a\x1b\\\x1b[?62c')
    await world.addAgent(
      'one',
      'stty raw -echo; echo ready; head -c 1 >/dev/null; printf "\\033]11;?\\033\\\\"; cat -v',
    )
    await world.see('ready')
    world.type('x')
    await world.see('rgb:1212/5656/9a9a')
  })

  it('is told when the user looks away from it: at another agent, or another window', async () => {
    await start()
    const watch = 'stty raw -echo; printf "\\033[?1004h"; echo ready; cat -v'
    await world.addAgent('one', watch)
    await world.see('ready')
    await world.see('^[[I')
    await world.addAgent('two', watch)
    await world.see('  two')
    world.type(CTRL_J)
    await world.see(/two \[AGENT\][\s\S]*\^\[\[I/)
    world.type(CTRL_K)
    await world.see('^[[I^[[O^[[I')
    world.type('\x1b[O')
    await world.see('^[[I^[[O^[[I^[[O')
  })

  it('reaches the clipboard of the terminal that looks at it, and no other', async () => {
    await start()
    await world.addAgent('one', 'echo one waits; read go; printf "\\033]52;c;aGVsbG8=\\007"; cat')
    await world.addAgent('two', 'read go; printf "\\033]52;c;c2VjcmV0\\007"; cat')
    await world.see('one waits')
    world.manager.type('two/agent', '\r')
    world.type('\r')
    await world.see(() => world.output.includes('\x1b]52;c;aGVsbG8=\x1b\\'))
    expect(world.output).not.toContain('c2VjcmV0')
  })
})

/** Column and row of a text on the screen, counted from 1 as mouse reports do. */
function find(text: string): [number, number] {
  const lines = world.screen.split('\n')
  const y = lines.findIndex((line) => line.includes(text))
  return [lines[y]!.indexOf(text) + 1, y + 1]
}
