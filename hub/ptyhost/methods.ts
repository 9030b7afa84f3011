import type { MethodHandlers } from '../../protocol/connection.ts'
import type { PtyhostProtocol } from '../../protocol/messages/ptyhost.ts'
import type { Client } from './client.ts'
import { copyText } from './copy-text.ts'
import { forwardView } from './forward.ts'
import { promptNear } from './prompt-marks.ts'
import type { Ptyhost } from './ptyhost.ts'
import { linksIn } from './row-links.ts'
import { screenText } from './screen-text.ts'
import { searchUp } from './search.ts'
import { TerminalLines } from './terminal-lines.ts'

/** What one client may ask of the ptyhost: every method checks its rights first. */
export function methodsFor(host: Ptyhost, client: Client): MethodHandlers<PtyhostProtocol> {
  return {
    authenticate: ({ ticket }) => {
      const rights = client.authenticate(ticket)
      host.noteUse()
      return { rights }
    },

    spawn: (params) => {
      client.requireManage()
      return { pid: host.spawn(params).info.pid }
    },
    kill: async ({ session, graceMs }) => {
      client.requireManage()
      return host.session(session).kill(graceMs)
    },
    release: ({ session }) => {
      client.requireManage()
      host.release(session)
      return {}
    },
    list: () => {
      client.requireManage()
      return { sessions: host.sessions.map(({ info }) => info) }
    },
    setLabels: ({ session, labels }) => {
      client.requireManage()
      host.session(session).labels = labels
      return {}
    },
    registerTicket: ({ ticket, sessions, rights }) => {
      client.requireManage()
      host.tickets.register(ticket, sessions, rights)
      return {}
    },
    revokeTicket: ({ ticket }) => {
      client.requireManage()
      host.revoke(ticket)
      return {}
    },
    shutdown: async ({ force }) => {
      client.requireManage()
      await host.shutdown(force)
      return {}
    },
    watchActivity: () => {
      client.requireManage()
      client.watchesActivity = true
      return {}
    },

    view: ({ view, session: id, size, colors }) => {
      const session = client.session(id)
      if (colors !== undefined) session.setColors(colors)
      if (size !== undefined && client.may('resize')) session.resize(client, size)
      client.look(view, session)
      return session.info
    },
    unview: ({ view }) => {
      client.stopLooking(view)
      return {}
    },
    resize: ({ session, cols, rows }) => {
      client.session(session, 'resize').resize(client, { cols, rows })
      return {}
    },
    history: ({ session: id, epoch, from, count }) => {
      const { history, emulator } = client.session(id)
      const { epoch: current } = history.extent
      if (epoch !== current) return { epoch: current, from, rows: [], links: [] }
      const found = history.rows(from, count)
      return { epoch, ...found, links: linksIn(found.rows, emulator.links) }
    },
    search: async ({ session: id, epoch, from, until, ...query }) => {
      const sliceEnd = await host.readingTurn()
      const lines = new TerminalLines(client.session(id))
      if (epoch !== lines.epoch) return { epoch: lines.epoch, next: from, more: false, matches: new Uint8Array(0) }
      const { next, matches } = searchUp(
        lines,
        query,
        { from, until: until ?? lines.end },
        { sliceEnd, bounded: host.bounded },
      )
      return { epoch, next, more: next > Math.max(from, lines.first), matches: new Uint8Array(matches.buffer) }
    },
    text: async ({ session: id, epoch, ...range }) => {
      const sliceEnd = await host.readingTurn()
      const lines = new TerminalLines(client.session(id))
      return epoch === lines.epoch ? { epoch, ...copyText(lines, range, sliceEnd) } : { epoch: lines.epoch, text: '' }
    },
    prompt: ({ session: id, epoch, line, direction }) => {
      const { emulator, history } = client.session(id)
      return { epoch: history.extent.epoch, line: promptNear(emulator, history, epoch, line, direction) }
    },
    screen: async ({ session: id, history, ansi }) => {
      const session = client.session(id)
      const text = await screenText(session, { history, ansi })
      const { cols, rows } = session.emulator
      return { ...text, cols, rows, modes: session.emulator.modes() }
    },
    inject: async ({ session, ...injection }) => client.session(session, 'input').inject(injection),
    forward: ({ view, session: id }) => {
      const session = client.session(id)
      client.look(view, session, (number) => forwardView(number, (message) => client.send(message)))
      return session.info
    },
  }
}
