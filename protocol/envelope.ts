import * as z from 'zod'
import { lazily } from './definition.ts'

/** Who is speaking. The role decides what a server offers, never what it trusts. */
const role = () => z.enum(['tui', 'cli', 'hub', 'ptyhost', 'peer'])
export type Role = z.infer<ReturnType<typeof role>>

/** First message in both directions. */
const hello = () =>
  z.object({
    type: z.literal('hello'),
    protocol: z.number().int(),
    /** The lowest number the peer still speaks; those that do not say speak one. */
    oldest: z.number().int().optional(),
    version: z.string().max(64),
    role: role(),
    pid: z.number().int(),
  })
export type Hello = z.infer<ReturnType<typeof hello>>

const request = () =>
  z.object({
    type: z.literal('request'),
    id: z.number().int().nonnegative(),
    method: z.string().max(128),
    params: z.unknown(),
  })
export type Request = z.infer<ReturnType<typeof request>>

/** An expected failure: `code` is for programs, `message` tells a person what to do. */
const failure = () =>
  z.object({
    code: z.string(),
    message: z.string(),
    details: z.unknown().optional(),
  })
export type Failure = z.infer<ReturnType<typeof failure>>

const response = () =>
  z.object({
    type: z.literal('response'),
    id: z.number().int().nonnegative(),
    result: z.unknown().optional(),
    error: failure().optional(),
  })
export type Response = z.infer<ReturnType<typeof response>>

/** Why a connection ended, for programs; the reason is for people. A code that is not known is as good as none. */
export type ByeCode = 'version_mismatch'

/** Orderly close. What follows on the socket is nothing. */
const bye = () => z.object({ type: z.literal('bye'), reason: z.string(), code: z.string().max(64).optional() })
export type Bye = z.infer<ReturnType<typeof bye>>

/** The peer sent something malformed; the connection is closed after it. */
const error = () => z.object({ type: z.literal('error'), message: z.string() })

/** What every socket carries; `type` tells them apart from a protocol's own messages. */
export const envelopes = lazily({ hello, request, response, bye, error })
