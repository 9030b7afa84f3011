import type { Logger } from 'pino'
import type { Params, ReceivedParams, Result } from '../protocol/definition.ts'
import type { Origin, PtyhostProtocol, Rights, SessionInfo, Signal } from '../protocol/messages/ptyhost.ts'
import type { HubPaths } from '../protocol/paths.ts'

type Method = keyof PtyhostProtocol['methods'] & string

export interface PtyhostLinkOptions {
  readonly paths: HubPaths
  readonly log: Logger
  /** What is started when nobody answers: argv of the ptyhost. @default this Node with the ptyhost beside this file */
  readonly argv?: readonly string[]
}

/** The link was interrupted and is whole again, perhaps with another process. */
export interface PtyhostChange {
  /** For people: what happened. */
  readonly reason: string
  /** A new process answers; false when the link to the same one was only interrupted. */
  readonly replaced: boolean
  /** Ids of sessions that are gone with the old process. */
  readonly lost: readonly string[]
}

/**
 * The hub's end of the data plane: finds the ptyhost or starts one, speaks to it with its key, and when it dies starts
 * another. Requests made while the link is down wait for the new one. They reject with RequestError when the ptyhost
 * refuses, and with ConnectionClosed when the link breaks under way (then nobody knows whether they took effect).
 */
export class PtyhostLink implements AsyncDisposable {
  /** @throws Error when no ptyhost could be started; the message names its log. */
  static async open(_options: PtyhostLinkOptions): Promise<PtyhostLink> {
    throw new Error('not written yet')
  }

  /** Of the process that answers; undefined while the link is down. */
  get pid(): number | undefined {
    throw new Error('not written yet')
  }

  /**
   * What the ptyhost holds, as of the last list, kept current by spawns, signals and releases (title, cwd, exit).
   * Sizes and history are as of the last {@link list}: clients resize without the hub.
   */
  get sessions(): ReadonlyMap<string, SessionInfo> {
    throw new Error('not written yet')
  }

  /** Starts a session; the answer comes once the process runs. */
  async spawn(_params: Params<PtyhostProtocol, 'spawn'>): Promise<Result<PtyhostProtocol, 'spawn'>> {
    throw new Error('not written yet')
  }

  /** TERM to the process group, KILL after `graceMs` (2000). Answers once the process is gone. */
  async kill(_session: string, _graceMs?: number): Promise<Result<PtyhostProtocol, 'kill'>> {
    throw new Error('not written yet')
  }

  /** Forgets an ended session and its final screen. */
  async release(_session: string): Promise<void> {
    throw new Error('not written yet')
  }

  /** Asks again what there is, and refreshes {@link sessions}. */
  async list(): Promise<SessionInfo[]> {
    throw new Error('not written yet')
  }

  async setLabels(_session: string, _labels: Record<string, string>): Promise<void> {
    throw new Error('not written yet')
  }

  /** Types bytes, in order with earlier ones. False when the link is down: they are not kept for later. */
  input(_session: string, _data: Uint8Array, _origin: Origin): boolean {
    throw new Error('not written yet')
  }

  /** Types text as one piece that never mixes with what a person types. */
  async inject(_params: Params<PtyhostProtocol, 'inject'>): Promise<Result<PtyhostProtocol, 'inject'>> {
    throw new Error('not written yet')
  }

  async screen(_params: Params<PtyhostProtocol, 'screen'>): Promise<Result<PtyhostProtocol, 'screen'>> {
    throw new Error('not written yet')
  }

  async history(_params: Params<PtyhostProtocol, 'history'>): Promise<Result<PtyhostProtocol, 'history'>> {
    throw new Error('not written yet')
  }

  async resize(_session: string, _size: { cols: number; rows: number }): Promise<void> {
    throw new Error('not written yet')
  }

  /** Lets a client in. Registered again by itself when the ptyhost is replaced. */
  async registerTicket(_ticket: string, _access: TicketAccess): Promise<void> {
    throw new Error('not written yet')
  }

  async revokeTicket(_ticket: string): Promise<void> {
    throw new Error('not written yet')
  }

  /** Ends the ptyhost, with `force` also while sessions run. No other one is started after it. */
  async shutdown(_options: Params<PtyhostProtocol, 'shutdown'>): Promise<void> {
    throw new Error('not written yet')
  }

  /** Each of these returns a function that takes the listener off again. */
  onSignal(_listener: (signal: Signal) => void): () => void {
    throw new Error('not written yet')
  }

  /** The link broke; requests wait from now on. */
  onLost(_listener: (reason: string) => void): () => void {
    throw new Error('not written yet')
  }

  /** The link is whole again after {@link onLost}. Heard before the requests that waited go out. */
  onChanged(_listener: (change: PtyhostChange) => void): () => void {
    throw new Error('not written yet')
  }

  /** Lets go of the ptyhost, which lives on. */
  async [Symbol.asyncDispose](): Promise<void> {
    throw new Error('not written yet')
  }
}

export interface TicketAccess {
  /** Session ids, or all of them. */
  readonly sessions: '*' | string[]
  readonly rights: Rights
}

export type PtyhostParams<M extends Method> = ReceivedParams<PtyhostProtocol, M>
