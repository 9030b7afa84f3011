import * as z from 'zod'
import { bytes, defineProtocol, method, nothing } from '../definition.ts'
import { ackShortcut, frameShortcut, inputShortcut } from './shortcuts.ts'

const MAX_ENVIRONMENT = 4096 // variables; Linux itself allows about 2 MB of them
const size = { cols: z.number().int().min(1).max(2000), rows: z.number().int().min(1).max(1000) }
const sessionId = z.string().min(1).max(128)
const view = z.number().int().nonnegative()

/** Who wrote: kept with every write, so that a log can tell a person's keys from an agent's message. */
export const origin = z.object({
  kind: z.enum(['person', 'agent', 'plugin', 'system']),
  name: z.string().max(256).optional(),
})
export type Origin = z.infer<typeof origin>

/** Free-form facts about a session that the hub wants to find again when it adopts it. */
const labels = z.record(z.string().max(64), z.string().max(4096))

/** How a session ended. `signal` is a name such as SIGKILL. */
export const exitStatus = z.object({ code: z.number().int(), signal: z.string().optional() })
export type ExitStatus = z.infer<typeof exitStatus>

/**
 * The lines above the screen that are still kept: numbers `first` to `first + lines - 1` of `epoch`, and the top row of
 * the screen would be number `first + lines`. A number stands for the same line as long as the epoch lasts; `first`
 * grows when old lines are dropped.
 */
export const historyExtent = z.object({
  epoch: z.number().int(),
  first: z.number().int().nonnegative(),
  lines: z.number().int().nonnegative(),
})
export type HistoryExtent = z.infer<typeof historyExtent>

export const sessionInfo = z.object({
  session: sessionId,
  pid: z.number().int(),
  ...size,
  title: z.string(),
  cwd: z.string(),
  labels,
  /** Milliseconds since the epoch. */
  startedAt: z.number(),
  exit: exitStatus.optional(),
  history: historyExtent,
})
export type SessionInfo = z.infer<typeof sessionInfo>

/** Modes of the inner program that a client needs to encode keys, pastes and mouse events for it. */
export const terminalModes = z.object({
  alternateScreen: z.boolean(),
  applicationCursor: z.boolean(),
  applicationKeypad: z.boolean(),
  bracketedPaste: z.boolean(),
  focusReports: z.boolean(),
  /** DECSET 9, 1000, 1002, 1003, or 0. */
  mouseTracking: z.union([z.literal(0), z.literal(9), z.literal(1000), z.literal(1002), z.literal(1003)]),
  /** 0 for X10 bytes, else DECSET 1005, 1006, 1015 or 1016. */
  mouseEncoding: z.union([z.literal(0), z.literal(1005), z.literal(1006), z.literal(1015), z.literal(1016)]),
  /** Kitty keyboard protocol flags, 0 to 31. */
  kittyFlags: z.number().int().min(0).max(31),
  /** XTMODKEYS 4, 0 to 2. */
  modifyOtherKeys: z.number().int().min(0).max(2),
})
export type TerminalModes = z.infer<typeof terminalModes>

export const cursor = z.object({
  x: z.number().int(),
  y: z.number().int(),
  visible: z.boolean(),
  /** DECSCUSR: 0 default, 1 blinking block … 6 steady bar. */
  shape: z.number().int().min(0).max(6),
})
export type Cursor = z.infer<typeof cursor>

/** What changed on a session's screen since the viewer's last frame. Rows are in the codec of screen/row.ts. */
export const frame = z.object({
  view,
  seq: z.number().int(),
  ...size,
  /** Rows not listed are blank, instead of unchanged. */
  full: z.boolean(),
  lines: z.array(z.tuple([z.number().int(), bytes])),
  cursor,
  /** Present when they changed, and in every full frame. */
  modes: terminalModes.optional(),
  title: z.string().optional(),
  /** Hyperlinks first used in this frame, by the id that cells carry. */
  links: z.array(z.tuple([z.number().int(), z.string()])).optional(),
  history: historyExtent,
})
export type Frame = z.infer<typeof frame>

/** A line of the history by its number, or of the screen as if its rows were next; and a column of it. */
const position = z.object({ line: z.number().int().nonnegative(), column: z.number().int().nonnegative() })
/** Characters of a pattern: more is no pattern that somebody typed. */
const MAX_PATTERN = 1000

const session = { session: sessionId }

/** Something a session said besides its screen. */
export const signal = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('title'), ...session, title: z.string() }),
  z.object({ kind: z.literal('cwd'), ...session, cwd: z.string() }),
  z.object({ kind: z.literal('bell'), ...session }),
  /** OSC 9, 99 or 777; for OSC 9 only `body` is set. */
  z.object({
    kind: z.literal('notification'),
    ...session,
    source: z.enum(['osc9', 'osc99', 'osc777']),
    title: z.string(),
    body: z.string(),
  }),
  /** OSC 133: A prompt, B command line, C output, D end with exit code. */
  z.object({
    kind: z.literal('prompt'),
    ...session,
    mark: z.enum(['A', 'B', 'C', 'D']),
    command: z.string().optional(),
    exitCode: z.number().int().optional(),
  }),
  /** OSC 52 set; `data` is the decoded text. Reads are refused. */
  z.object({ kind: z.literal('clipboard'), ...session, selection: z.string(), data: bytes }),
  z.object({ kind: z.literal('progress'), ...session, state: z.number().int(), value: z.number().int() }),
  z.object({ kind: z.literal('cursorVisibility'), ...session, visible: z.boolean() }),
  exitStatus.extend({ kind: z.literal('exit'), ...session }),
  /** To hubs that asked with `watchActivity`: it prints (about once a second), came to stand still, or is looked at. */
  z.object({
    kind: z.literal('activity'),
    ...session,
    busy: z.boolean(),
    /** What it printed last answers a person's key or a new size. */
    echo: z.boolean(),
    /** A person typed since this was last said. */
    typed: z.boolean(),
    /** A client shows it. */
    viewed: z.boolean(),
  }),
])
export type Signal = z.infer<typeof signal>

/** The client's real terminal colours: what OSC 4, 10 and 11 queries of inner programs are answered with. */
export const terminalColors = z.object({
  foreground: z.string().max(32).optional(),
  background: z.string().max(32).optional(),
  palette: z.record(z.string(), z.string().max(32)).optional(),
})

const emptyRights = { input: false, resize: false, manage: false }
/** What a ticket allows: typing, resizing, and everything else (spawn, kill, tickets). */
export const rights = z.object({ input: z.boolean(), resize: z.boolean(), manage: z.boolean() }).default(emptyRights)
export type Rights = z.infer<typeof rights>

/**
 * The data plane: pty.sock. A connection can do nothing until `authenticate`; methods marked "manage" want the
 * ptyhost's key, which only hubs read (see protocol/paths.ts).
 */
export const ptyhostProtocol = defineProtocol({
  name: 'ptyhost',
  version: 1,
  methods: {
    authenticate: method(z.object({ ticket: z.string().max(256) }), z.object({ rights })),

    // manage
    spawn: method(
      z.object({
        session: sessionId,
        argv: z.array(z.string()).min(1),
        cwd: z.string(),
        env: z.record(z.string(), z.string()).refine((env) => Object.keys(env).length <= MAX_ENVIRONMENT),
        ...size,
        labels: labels.default({}),
      }),
      z.object({ pid: z.number().int() }),
    ),
    /** TERM to the whole process group, KILL after `graceMs`. Answers when the process is gone. */
    kill: method(
      z.object({ session: sessionId, graceMs: z.number().int().min(0).max(60_000).default(2000) }),
      exitStatus,
    ),
    /** Forgets an ended session and its final screen. */
    release: method(z.object({ session: sessionId }), nothing),
    list: method(nothing, z.object({ sessions: z.array(sessionInfo) })),
    setLabels: method(z.object({ session: sessionId, labels }), nothing),
    registerTicket: method(
      z.object({
        ticket: z.string().min(16).max(256),
        sessions: z.union([z.literal('*'), z.array(sessionId)]),
        rights,
      }),
      nothing,
    ),
    revokeTicket: method(z.object({ ticket: z.string().max(256) }), nothing),
    shutdown: method(z.object({ force: z.boolean().default(false) }), nothing),
    /** From now on this hub hears `activity` signals. */
    watchActivity: method(nothing, nothing),

    // by ticket
    /** Starts sending frames of `session` as `view`, a number the client chose; a view of that number moves over. */
    view: method(
      z.object({
        view,
        session: sessionId,
        /** The panel's size; the session takes it when the ticket may resize. */
        size: z.object(size).optional(),
        colors: terminalColors.optional(),
      }),
      sessionInfo,
    ),
    unview: method(z.object({ view }), nothing),
    resize: method(z.object({ session: sessionId, ...size }), nothing),
    /**
     * Rows above the screen: line numbers count from 0 at the start of `epoch` and never shift within it. What is not
     * kept is left out, and a very large answer is cut short: `from` and the number of rows say what came.
     */
    history: method(
      z.object({
        session: sessionId,
        epoch: z.number().int(),
        from: z.number().int().nonnegative(),
        count: z.number().int().min(0).max(10_000),
      }),
      z.object({
        /** Differs from the one asked for after a reflow or clear: the client starts over. */
        epoch: z.number().int(),
        from: z.number().int(),
        rows: z.array(bytes),
        links: z.array(z.tuple([z.number().int(), z.string()])),
      }),
    ),
    /**
     * Looks for a pattern in the history and on the screen, from line `until` (exclusive; without it from the bottom)
     * upward to `from`. It answers after a few milliseconds with what it came to; the rest is asked for with `until`
     * set to `next`. A match may reach over soft wraps. Refused with `bad_pattern`, or `too_slow` when an expression
     * does not get through a line.
     */
    search: method(
      z.object({
        session: sessionId,
        epoch: z.number().int(),
        pattern: z.string().min(1).max(MAX_PATTERN),
        /** An expression of JavaScript, instead of the text itself. */
        regex: z.boolean().default(false),
        caseSensitive: z.boolean().default(true),
        from: z.number().int().nonnegative().default(0),
        until: z.number().int().nonnegative().optional(),
      }),
      z.object({
        /** Differs from the one asked for after a reflow or clear: nothing was searched. */
        epoch: z.number().int(),
        /** Everything from this line on was searched. */
        next: z.number().int(),
        /** Whether there is more to search, from `next` upward. */
        more: z.boolean(),
        /** Four 32-bit numbers each, little-endian, from the top down: line, column, line and column of the end. */
        matches: bytes,
      }),
    ),
    /**
     * The text of a part of history and screen; rows that a soft wrap divides are joined. It answers after a few
     * milliseconds with what it came to; the rest is asked for with `from` set to column 0 of line `next`.
     */
    text: method(
      z.object({
        session: sessionId,
        epoch: z.number().int(),
        from: position,
        /** Its column is the first that does not belong to it. */
        to: position,
        /** Only the columns between those of `from` and `to`, of every line. */
        block: z.boolean().default(false),
      }),
      z.object({ epoch: z.number().int(), text: z.string(), next: z.number().int().optional() }),
    ),
    /** The nearest line above or below `line` on which a shell began a prompt (OSC 133). */
    prompt: method(
      z.object({
        session: sessionId,
        epoch: z.number().int(),
        line: z.number().int().nonnegative(),
        direction: z.enum(['up', 'down']),
      }),
      z.object({ epoch: z.number().int(), line: z.number().int().optional() }),
    ),
    /** What the terminal shows, as text or with escape sequences, preceded by up to `history` lines. */
    screen: method(
      z.object({ session: sessionId, history: z.number().int().min(0).default(0), ansi: z.boolean().default(false) }),
      z.object({ text: z.string(), cursor, ...size, modes: terminalModes.optional() }),
    ),
    /** Types text as one piece that never mixes with what a person types. */
    inject: method(
      z.object({
        session: sessionId,
        data: bytes,
        origin,
        /** Wrapped in bracketed paste when the program asked for it. */
        paste: z.boolean().default(false),
        /** Sends Enter after it. */
        submit: z.boolean().default(false),
        /** How long to hold it while a person types; afterwards it is refused. */
        holdMs: z.number().int().min(0).max(600_000).default(0),
        /**
         * The input line was seen to be empty: what a person typed there was no line (a key that answered a dialog), so
         * that only the time since their last key counts.
         */
        lineIsEmpty: z.boolean().default(false),
      }),
      /**
       * Answers when it is decided: `submitted` it was typed at once, `held` it was typed after waiting for a person,
       * `refused` nothing was typed, and `reason` says why.
       */
      z.object({ outcome: z.enum(['submitted', 'held', 'refused']), reason: z.string().optional() }),
    ),
    /** Starts a viewer whose output is terminal bytes: first a repaint, then what changes (`forwarded`). */
    forward: method(z.object({ view, session: sessionId }), sessionInfo),
  },
  toServer: {
    input: z.object({ session: sessionId, data: bytes, origin: origin.optional() }),
    ack: z.object({ view, seq: z.number().int() }),
  },
  toClient: {
    frame,
    forwarded: z.object({ view, seq: z.number().int(), data: bytes }),
    /** To managers for every session; to viewers for the sessions they view. */
    signal: z.object({ signal }),
    /** The session is gone for good; its view will get no more frames. */
    released: z.object({ session: sessionId }),
  },
  shortcuts: {
    toServer: { input: inputShortcut, ack: ackShortcut },
    toClient: { frame: frameShortcut },
  },
})
export type PtyhostProtocol = typeof ptyhostProtocol
