/** Whether a newer botster was published: asks a package registry. */
import type { HttpClient } from '../../lua/modules/web/client.ts'
import { fromJson } from '../../lua/modules/web/json.ts'
import { httpUrl } from '../../lua/modules/web/request.ts'
import { type Outcome, refusal, success } from '../outcome.ts'
import { runNpm } from './npm.ts'

/** Milliseconds the registry may take. */
const TIMEOUT_MS = 15_000
/** Bytes of what it says of a package: this one has some kilobytes for every hundred versions. */
const MOST_BYTES = 16 << 20

export interface UpdateStatus {
  readonly status: 'available' | 'up_to_date' | 'ahead'
  readonly current: string
  readonly latest: string
}

export interface CheckOptions {
  readonly client: HttpClient
  readonly env: NodeJS.ProcessEnv
  /** Name of the package. */
  readonly name: string
  /** The version that runs. */
  readonly current: string
  /** The registry's URL. @default BOTSTER_UPDATE_URL, else the registry that npm is set up with */
  readonly registry?: string
}

/**
 * Compares the version that runs with the registry's latest.
 * Refused: 'npm' when npm cannot tell its registry, 'registry' when the answer is of no use, or why there was none.
 */
export async function checkForUpdate(options: CheckOptions, signal: AbortSignal): Promise<Outcome<UpdateStatus>> {
  const registry = await registryOf(options, signal)
  if (!registry.ok) return registry
  const latest = await latestVersion(registry.value, options, signal)
  if (!latest.ok) return latest
  const { current } = options
  const { default: compare } = await import('semver/functions/compare.js')
  const order = compare(latest.value, current)
  const status = order > 0 ? 'available' : order < 0 ? 'ahead' : 'up_to_date'
  return success({ status, current, latest: latest.value })
}

async function registryOf({ registry, env }: CheckOptions, signal: AbortSignal): Promise<Outcome<string>> {
  const given = registry || env.BOTSTER_UPDATE_URL
  if (given) return success(given)
  const answer = await runNpm(['config', 'get', 'registry'], { env, signal, timeoutMs: TIMEOUT_MS })
  if (answer.exitCode !== 0) return refusal('npm', `npm does not tell which registry it uses: ${answer.problem}`)
  return success(answer.stdout.trim())
}

async function latestVersion(
  registry: string,
  { client, name }: CheckOptions,
  signal: AbortSignal,
): Promise<Outcome<string>> {
  const base = httpUrl(registry)
  if (base === undefined) return refusal('invalid_url', 'the registry’s URL is no http or https URL')
  const url = new URL(base)
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/${name}`
  const answer = await client.send(
    {
      method: 'GET',
      url: url.href,
      // The short form, which every registry has that npm can install from.
      headers: [['accept', 'application/vnd.npm.install-v1+json; q=1.0, application/json; q=0.8']],
      timeoutMs: TIMEOUT_MS,
      maxRedirects: 5,
      maxBytes: MOST_BYTES,
    },
    signal,
  )
  if (!answer.ok) return refusal(answer.failure.kind, answer.failure.message)
  const { status, body } = answer.value
  if (status === 404) return refusal('registry', `${url.host} knows no package '${name}'`)
  if (status !== 200) return refusal('registry', `${url.host} answered ${status}`)
  const { default: valid } = await import('semver/functions/valid.js')
  const latest = valid(latestTag(Buffer.from(body).toString()))
  return latest === null
    ? refusal('registry', `${url.host} does not say which version of '${name}' is the latest`)
    : success(latest)
}

/** `dist-tags.latest` of a registry document. */
function latestTag(text: string): string | undefined {
  const document = fromJson(text)?.value
  const tags = isObject(document) ? document['dist-tags'] : undefined
  const latest = isObject(tags) ? tags.latest : undefined
  return typeof latest === 'string' ? latest : undefined
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
