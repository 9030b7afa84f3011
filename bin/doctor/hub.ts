import { statSync } from 'node:fs'
import { dirname } from 'node:path'
import { ensurePrivateDirectory } from '../../protocol/server.ts'
import { connectHub, ptyhostRuns } from '../connect.ts'
import { findPlace, type Place } from '../place.ts'
import { type Finding, fail, ok, warn } from './finding.ts'

/** The hub of this directory: whether it answers, whether anything went wrong in it. Starts none. */
export async function checkHub(env: NodeJS.ProcessEnv): Promise<Finding[]> {
  let place: Place
  try {
    place = await findPlace(process.cwd(), env)
  } catch (error) {
    return [fail('repository', (error as Error).message.split('\n')[0]!, 'see what `git status` says here')]
  }
  return [ok('repository', place.root), checkSocketDirectory(place), await checkAnswers(place)]
}

function checkSocketDirectory(place: Place): Finding {
  const directory = dirname(place.paths.hubSocket)
  if (statSync(directory, { throwIfNoEntry: false }) === undefined)
    return ok('socket dir', `${directory} (will be made)`)
  try {
    ensurePrivateDirectory(directory)
    return ok('socket dir', directory)
  } catch (error) {
    return fail('socket dir', (error as Error).message, `remove it while no hub runs, or \`chmod 700 ${directory}\``)
  }
}

async function checkAnswers(place: Place): Promise<Finding> {
  try {
    using connection = await connectHub(place, { role: 'cli', start: 'never' })
    if (connection === undefined) {
      if (!(await ptyhostRuns(place))) return ok('hub', 'not running')
      return warn('hub', 'not running, but its agents are', 'any command brings it back: botster list')
    }
    const { hub, errors } = await connection.request('status', {}, { signal: AbortSignal.timeout(5000) })
    if (errors.length === 0) return ok('hub', `pid ${hub.pid} answers`)
    return warn('hub', `pid ${hub.pid} answers and reports ${errors.length} errors`, 'see `botster status`')
  } catch (error) {
    return fail('hub', (error as Error).message, `see ${place.paths.log}; \`botster restart\` leaves agents running`)
  }
}
