import type { Protocol } from './definition.ts'
import type { Hello, Role } from './envelope.ts'
import { botsterVersion } from './version.ts'

/** What this process says first on every connection. */
export function ourHello(protocol: Protocol, role: Role): Hello {
  return { type: 'hello', protocol: protocol.version, version: botsterVersion(), role, pid: process.pid }
}

/** Why the two sides cannot talk, and which of them to restart; undefined when they can. */
export function mismatch(protocol: Protocol, ourRole: Role, peer: Hello): string | undefined {
  if (peer.protocol === protocol.version) return undefined
  const older = peer.protocol < protocol.version ? peer : { ...ourHello(protocol, ourRole) }
  return (
    `this ${ourRole} speaks ${protocol.name} protocol ${protocol.version}, the ${peer.role} (botster ${peer.version}) ` +
    `speaks ${peer.protocol}: ${restartAdvice(older.role)}`
  )
}

function restartAdvice(olderRole: Role): string {
  switch (olderRole) {
    case 'hub':
      return 'the hub is the older one: run `botster restart` (agents keep running)'
    case 'ptyhost':
      return 'the ptyhost is the older one: when its agents may end, run `botster stop` and start again'
    case 'tui':
    case 'cli':
    case 'peer':
      return `the ${olderRole} is the older one: close it and start it again`
  }
}
