/** `push`: notifications to browsers and phones. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { attempt } from '../../lua/modules/fs/failures.ts'
import { HttpClient } from '../../lua/modules/web/client.ts'
import { failureTable } from '../../lua/modules/web/failure.ts'
import { toJson } from '../../lua/modules/web/json.ts'
import { badArgument, Options } from '../../lua/modules/web/options.ts'
import {
  defineFunction,
  defineModule,
  failure,
  type LuaModule,
  type LuaTable,
  type LuaValue,
} from '../../lua/vm/index.ts'
import { configDirectory } from '../../protocol/paths.ts'
import { keysPath, pushKeys } from '../push/keys.ts'
import { type Delivery, deliver, MOST_PAYLOAD } from '../push/send.ts'
import { Subscriptions } from '../push/subscriptions.ts'
import { fromOutcome } from './convert.ts'

/** Seconds: a notification of yesterday is of no use. */
const DEFAULT_TTL = 86_400
/** Seconds: four weeks, the most that services keep. */
const MOST_TTL = 2_419_200
const DEFAULT_TIMEOUT_MS = 30_000
const MOST_TIMEOUT_MS = 600_000
const URGENCIES = ['very-low', 'low', 'normal', 'high'] as const

/** Whom a push service may write to when something goes wrong; it wants to be told one. */
const DEFAULT_SUBJECT = 'mailto:push@botster.invalid'

export interface PushModuleOptions {
  /** Where keys and subscriptions are kept. @default `push` in the configuration directory */
  readonly directory?: string
  readonly client?: HttpClient
  /** @default BOTSTER_PUSH_SUBJECT, else an address that leads nowhere */
  readonly subject?: string
}

/** The module for one VM. */
export function pushModule(given: PushModuleOptions = {}): LuaModule {
  const client = given.client ?? new HttpClient()
  const directory = () => given.directory ?? join(configDirectory(), 'push')
  const subscriptions = () => new Subscriptions(directory())
  /** The keys, in a directory that is there. */
  const keys = async () => {
    mkdirSync(directory(), { recursive: true, mode: 0o700 })
    return await pushKeys(directory())
  }
  const FILES = { not_directory: 'its directory cannot be made; other kinds as with fs.write' }
  return defineModule({
    name: 'push',
    doc: 'Notifications to browsers and phones by Web Push. A device subscribes with `push.public_key()` and hands its subscription to `push.subscribe`; what is sent is encrypted for it. All hubs of a user share keys and subscriptions.',
    types: {
      PushMessage: {
        doc: 'What the device is to show; further fields travel along. At most 3993 bytes as JSON.',
        fields: {
          title: 'string',
          body: 'string?',
          url: 'string? # what a click opens',
          kind: 'string? # what it is about',
        },
      },
      PushOptions: {
        doc: 'How it is to be sent.',
        fields: {
          ttl: 'integer? # seconds that it is kept for a device that is off; a day',
          urgency: '"very-low"|"low"|"normal"|"high"? # what a phone wakes up for; normal',
          topic: 'string? # replaces a message of the same topic that was not delivered; up to 32 of A–Z a–z 0–9 - _',
          timeout_ms: 'number? # for each subscription; 30000',
        },
      },
      PushResult: {
        doc: 'What became of a message.',
        fields: {
          sent: 'integer # subscriptions whose service took it',
          removed: 'integer # subscriptions that had ended (404, 410) and are forgotten',
          failed: 'integer # subscriptions that did not get it',
          errors: '{id: string, message: string, kind: string, status: integer?}[] # why not',
        },
      },
    },
    functions: {
      send: defineFunction({
        doc: 'Sends a message to every subscription.',
        args: [
          { name: 'message', type: 'table', luaType: 'PushMessage' },
          { name: 'options', type: 'table', optional: true, luaType: 'PushOptions' },
        ],
        returns: [
          {
            type: ['table', 'nil'],
            luaType: 'PushResult?',
            doc: 'a device that does not get it keeps no other from it',
          },
        ],
        yields: true,
        failures: {
          too_large: 'the message is longer than 3993 bytes as JSON',
          invalid: 'the file of the keys holds none',
          ...FILES,
        },
        raises: {
          'string expected': 'for a message without a title, or with other than text in it',
          'JSON cannot hold': 'for what has no JSON form',
          'unknown option': 'for an option there is not',
          'expected, got': 'for an option of another type, or out of its range',
        },
        example: "local result = push.send({ title = 'Done', body = 'All tests pass', url = url, kind = 'agent' })",
        call: ({ signal }, message, table) => {
          const payload = payloadOf(message)
          const delivery = { ...deliveryOptions(table), payload, subject: given.subject ?? subjectFrom(process.env) }
          const size = Buffer.byteLength(payload)
          if (size > MOST_PAYLOAD) {
            const problem = `too large: the message has ${size} bytes as JSON, ${MOST_PAYLOAD} can be sent`
            return failure(problem, { kind: 'too_large' })
          }
          const all = async () => await sendToAll(delivery, signal)
          return attempt('use', keysPath(directory()), all)
        },
      }),
      subscribe: defineFunction({
        doc: 'Keeps the subscription of a device. The same endpoint again replaces it.',
        args: [
          {
            name: 'subscription',
            type: 'table',
            luaType: '{endpoint: string, keys: {p256dh: string, auth: string}}',
            doc: 'as the browser’s PushSubscription.toJSON() gives it',
          },
        ],
        returns: [{ name: 'id', type: ['text', 'nil'] }],
        failures: { invalid: 'it is no subscription', busy: 'there are 100', ...FILES },
        example: 'local id = push.subscribe(subscription)',
        call: (_, subscription) =>
          attempt('write', directory(), () => {
            const { endpoint, keys: deviceKeys } = subscription as LuaTable
            const { p256dh, auth } = isTable(deviceKeys) ? deviceKeys : {}
            const wanted = { endpoint: textOf(endpoint), keys: { p256dh: textOf(p256dh), auth: textOf(auth) } }
            return fromOutcome(subscriptions().add(wanted), ({ id }) => id) as LuaValue
          }),
      }),
      unsubscribe: defineFunction({
        doc: 'Forgets a subscription.',
        args: [{ name: 'id', type: 'text', doc: 'what subscribe returned, or the endpoint' }],
        returns: [{ type: ['boolean', 'nil'], doc: 'false if there was none' }],
        failures: FILES,
        example: 'push.unsubscribe(id)',
        call: (_, id) => attempt('remove a subscription in', directory(), () => subscriptions().remove(id)),
      }),
      list: defineFunction({
        doc: 'All subscriptions, oldest first.',
        returns: [{ type: ['list', 'nil'], luaType: '{id: string, service: string, created_at: number}[]?' }],
        failures: FILES,
        example: 'for _, subscription in ipairs(push.list()) do log.info(subscription.service) end',
        call: () =>
          attempt('list', directory(), () =>
            subscriptions()
              .list()
              // Not the endpoint itself: whoever has it can write to the device.
              .map(({ id, endpoint, createdAt }) => ({
                id,
                service: new URL(endpoint).host,
                created_at: createdAt / 1000,
              })),
          ),
      }),
      public_key: defineFunction({
        doc: 'The key that a browser wants for subscribing (applicationServerKey), in base64url. Made when first asked for.',
        returns: [{ type: ['text', 'nil'] }],
        yields: true,
        failures: {
          exists: 'something that is no directory is in its place',
          invalid: 'the file of the keys holds none',
        },
        example: 'local key = push.public_key()',
        call: () => attempt('use', keysPath(directory()), async () => (await keys()).publicKey),
      }),
    },
    dispose: () => client[Symbol.dispose](),
  })

  async function sendToAll(delivery: Delivery, signal: AbortSignal): Promise<LuaTable> {
    const known = subscriptions()
    const result = { sent: 0, removed: 0, failed: 0, errors: [] as LuaTable[] }
    const listed = known.list()
    if (listed.length === 0) return result
    const ours = await keys()
    const one = async (subscription: (typeof listed)[number]) => {
      const outcome = await deliver(client, ours, subscription, delivery, signal)
      if (!outcome.ok) {
        result.failed++
        result.errors.push({ id: subscription.id, ...failureTable(outcome.failure) })
      } else if (outcome.value === 'sent') result.sent++
      else {
        result.removed++
        known.remove(subscription.id)
      }
    }
    await Promise.all(listed.map(one))
    return result
  }
}

function payloadOf(message: LuaTable | LuaValue[]): string {
  const place = { name: 'push.send', position: 1 }
  const fields = Array.isArray(message) && message.length === 0 ? {} : message
  if (Array.isArray(fields)) throw badArgument(place, 'a message with a title expected, got a list')
  const options = new Options(fields, place, Object.keys(fields))
  if (options.text('title') === undefined) throw badArgument(place, 'title: string expected, got nil')
  for (const name of ['body', 'url', 'kind']) options.text(name)
  try {
    return toJson(fields)
  } catch (error) {
    throw badArgument(place, (error as Error).message)
  }
}

function deliveryOptions(table: LuaTable | LuaValue[] | undefined): Omit<Delivery, 'payload' | 'subject'> {
  const place = { name: 'push.send', position: 2 }
  const options = new Options(table, place, ['ttl', 'urgency', 'topic', 'timeout_ms'])
  const urgency = options.text('urgency') ?? 'normal'
  const known = URGENCIES.find((one) => one === urgency)
  if (known === undefined)
    throw badArgument(place, `urgency: one of ${URGENCIES.join(', ')} expected, got '${urgency}'`)
  const topic = options.text('topic')
  if (topic !== undefined && !/^[\w-]{1,32}$/.test(topic)) {
    throw badArgument(place, `topic: 1 to 32 of A–Z, a–z, 0–9, - and _ expected, got '${topic}'`)
  }
  return {
    ttl: Math.trunc(options.number('ttl', 0, MOST_TTL) ?? DEFAULT_TTL),
    urgency: known,
    topic,
    timeoutMs: options.number('timeout_ms', 1, MOST_TIMEOUT_MS) ?? DEFAULT_TIMEOUT_MS,
  }
}

function subjectFrom(env: NodeJS.ProcessEnv): string {
  const subject = env.BOTSTER_PUSH_SUBJECT ?? ''
  return /^(mailto:|https:\/\/)./.test(subject) ? subject : DEFAULT_SUBJECT
}

function textOf(value: LuaValue): string {
  return typeof value === 'string' ? value : ''
}

function isTable(value: LuaValue): value is LuaTable {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array)
}
