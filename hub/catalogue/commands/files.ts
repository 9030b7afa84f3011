import type { DescribedCommand } from './described.ts'

/** Below which directory. */
const ROOT = {
  path: 'string # relative; never out of the root, not by `..` and not by a link',
  root: 'string? # "user" (~/.botster, the default) or "repo"',
  agent: 'string? # the root is this agent’s worktree',
}

export const FILE_COMMANDS: readonly DescribedCommand[] = [
  { name: 'fs:read', does: 'reads a file', fields: ROOT, answers: '{path, root?, content}' },
  {
    name: 'fs:write',
    does: 'replaces or makes a file',
    fields: { ...ROOT, content: 'string' },
    answers: '{path, root?}',
  },
  {
    name: 'fs:list',
    does: 'lists the names in a directory',
    fields: ROOT,
    answers: '{path, root?, entries}: {name, is_dir} each',
  },
  { name: 'fs:stat', does: 'says what is at a path', fields: ROOT, answers: '{path, root?, stat}' },
  { name: 'fs:delete', does: 'deletes a file or an empty directory', fields: ROOT, answers: '{path, root?}' },
  { name: 'fs:mkdir', does: 'makes a directory', fields: ROOT, answers: '{path, root?}' },
  { name: 'fs:rmdir', does: 'deletes a directory with everything in it', fields: ROOT, answers: '{path, root?}' },
  {
    name: 'fs:rename',
    does: 'moves a file or directory',
    fields: { ...ROOT, to: 'string # relative as well' },
    answers: '{path, root?}',
  },
]
