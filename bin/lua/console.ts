import type { LuaCompletions, LuaOutcome, LuaOutput, LuaRun } from '../../protocol/messages/lua.ts'
import { connectHub } from '../connect.ts'
import type { Place } from '../place.ts'

/** Lua for one person, wherever it runs. */
export interface Console extends Disposable {
  /** Whether it runs in a hub; else in this process, without the modules that are the hub's. */
  readonly hasHub: boolean
  run(request: LuaRun): Promise<LuaOutcome>
  /** Stops what runs. */
  cancel(): void
  complete(text: string): Promise<LuaCompletions>
}

/**
 * A console in the hub of a place, or in this process when none runs.
 * @param onOutput hears what is printed, as it is printed
 */
export async function openConsole(place: Place, onOutput: (output: LuaOutput) => void): Promise<Console> {
  const connection = await connectHub(place, {
    role: 'cli',
    start: 'never',
    onMessage: (message) => {
      if (message.type === 'luaOutput') onOutput(message)
    },
  })
  if (connection === undefined) {
    const { openPrivateConsole } = await import('./private-console.ts')
    return openPrivateConsole(onOutput)
  }
  return {
    hasHub: true,
    run: (request) => connection.request('lua', request),
    cancel: () => connection.send({ type: 'luaCancel' }),
    complete: (text) => connection.request('luaComplete', { text }),
    [Symbol.dispose]: () => connection[Symbol.dispose](),
  }
}
