import type { Protocol } from './definition.ts'
import type { Hello, Role } from './envelope.ts'
import { botsterVersion } from './version.ts'

/** Two sides found the number of the protocol that both speak, or there is none: `problem` says which one to restart. */
export type Agreement = { readonly number: number } | { readonly problem: string }

/** What this process says first on every connection. @param number of the protocol it will speak */
export function ourHello(protocol: Protocol, role: Role, number: number = protocol.version): Hello {
  const { oldest = number } = protocol
  const hello: Hello = { type: 'hello', protocol: number, version: botsterVersion(), role, pid: process.pid }
  return oldest < number ? { ...hello, oldest } : hello
}

/** The highest number that both sides speak. */
export function agree(protocol: Protocol, ourRole: Role, peer: Hello): Agreement {
  const number = Math.min(protocol.version, peer.protocol)
  const lowest = Math.max(protocol.oldest ?? protocol.version, peer.oldest ?? peer.protocol)
  return number >= lowest ? { number } : { problem: mismatch(protocol, ourRole, peer) }
}

function mismatch(protocol: Protocol, ourRole: Role, peer: Hello): string {
  const weAreOlder = protocol.version < peer.protocol
  return (
    `this ${ourRole} speaks ${protocol.name} protocol ${protocol.version}, the ${peer.role} (botster ${peer.version}) ` +
    `speaks ${peer.protocol}: ${weAreOlder ? adviceForUs(ourRole) : adviceFor(peer.role)}`
  )
}

function adviceForUs(role: Role): string {
  if (role === 'hub') return 'this botster is the older one: update it, or use the one that started the ptyhost'
  return adviceFor(role)
}

function adviceFor(olderRole: Role): string {
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
