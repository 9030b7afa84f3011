import { defineFunction, type LuaVmApi } from '../../lua/vm/index.ts'
import type { HubContext } from '../types.ts'
import { WorktreeWatches } from '../worktrees/watch.ts'
import type { Loads } from './loads.ts'
import type { Emit } from './worktree.ts'

const pathArgument = { name: 'path', type: 'text' } as const

/**
 * What tells Lua of changes in worktrees, whoever makes them: functions of the module `worktree`. A path is watched as long
 * as one of the modules that asked for it is there and has not taken it back.
 */
export function worktreeWatching(hub: () => HubContext, emit: Emit, loads: Loads) {
  let watches: WorktreeWatches | undefined
  const watching = () => {
    watches ??= new WorktreeWatches({ onChange: (path) => emit('worktree_changed', { path }), log: hub().log })
    return watches
  }
  /** Path → owner → what forgets that it has to go with the owner. */
  const holders = new Map<string, Map<string, () => void>>()
  const hold = (vm: LuaVmApi, owner: string, path: string) => {
    const owners = holders.get(path) ?? new Map<string, () => void>()
    holders.set(path, owners)
    if (!owners.has(owner))
      owners.set(
        owner,
        vm.addDisposal(owner, () => letGo(owner, path)),
      )
  }
  const letGo = (owner: string, path: string) => {
    const owners = holders.get(path)
    owners?.get(owner)?.()
    if (!owners?.delete(owner) || owners.size > 0) return
    holders.delete(path)
    watches?.remove(path)
  }
  return {
    functions: {
      watch: defineFunction({
        doc: 'Emits the event `worktree_changed` {path} from now on when something changed at a worktree’s path that git would count, by whomever: a file in a directory that git knows, the index, a commit. Once for each path. Ends with the module that asked for it. Returns false when some of it may be missed: there is not room for all of a very large one, and none outside of git.',
        args: [pathArgument],
        returns: [{ type: 'boolean' }],
        yields: true,
        example:
          "events.on('worktree_changed', function(change) log.info(change.path) end)\n" +
          'worktree.watch(worktree.repo_root())',
        call: async ({ vm, owner }, path) => {
          if (!hub().worktrees.isRepository) return false
          hold(vm, owner, path)
          return await watching().add(path)
        },
      }),
      unwatch: defineFunction({
        doc: 'Ends what `watch` began for the same module; others that watch the path go on hearing of it.',
        args: [pathArgument],
        example: 'worktree.unwatch(worktree.repo_root())',
        call: ({ owner }, path) => {
          loads.apply(owner, () => letGo(owner, path))
        },
      }),
    },
    dispose: () => watches?.[Symbol.dispose](),
  }
}
