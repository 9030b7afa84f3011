import { defineFunction } from '../../lua/vm/index.ts'
import type { HubContext } from '../types.ts'
import { WorktreeWatches } from '../worktrees/watch.ts'
import type { Emit } from './worktree.ts'

const pathArgument = { name: 'path', type: 'text' } as const

/** What tells Lua of changes in worktrees, whoever makes them: functions of the module `worktree`. */
export function worktreeWatching(hub: () => HubContext, emit: Emit) {
  let watches: WorktreeWatches | undefined
  const watching = () => {
    watches ??= new WorktreeWatches({ onChange: (path) => emit('worktree_changed', { path }), log: hub().log })
    return watches
  }
  return {
    functions: {
      watch: defineFunction({
        doc: 'Emits the event `worktree_changed` {path} from now on when something changed at a worktree’s path that git would count, by whomever: a file in a directory that git knows, the index, a commit. Once for each path. Returns false when some of it may be missed: there is not room for all of a very large one, and none outside of git.',
        args: [pathArgument],
        returns: [{ type: 'boolean' }],
        yields: true,
        example:
          "events.on('worktree_changed', function(change) log.info(change.path) end)\n" +
          'worktree.watch(worktree.repo_root())',
        call: async (_, path) => hub().worktrees.isRepository && watching().add(path),
      }),
      unwatch: defineFunction({
        doc: 'Ends what `watch` began.',
        args: [pathArgument],
        example: 'worktree.unwatch(worktree.repo_root())',
        call: (_, path) => {
          watches?.remove(path)
        },
      }),
    },
    dispose: () => watches?.[Symbol.dispose](),
  }
}
