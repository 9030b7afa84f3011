import { resolve } from 'node:path'
import { defineFunction, defineModule, failure, type LuaModule, type LuaTable } from '../../lua/vm/index.ts'
import { branchCommit } from '../git/branches.ts'
import type { HubContext } from '../types.ts'
import type { CreateWorktree } from '../worktrees/types.ts'
import { camelCase, fromOutcome, parse, snakeCase } from './convert.ts'
import type { Loads } from './loads.ts'
import { createAndTell } from './worktree-async.ts'
import { asyncOptions, createOptions, diffOptions, removeOptions } from './worktree-options.ts'
import { worktreeWatching } from './worktree-watching.ts'

/** Emits an event to the subscribers in Lua. */
export type Emit = (event: string, data: LuaTable) => void

/** A worktree as Lua sees it. */
export const WORKTREE =
  '{path: string, head: string?, branch: string?, is_main: boolean, is_bare: boolean, locked: string?, ' +
  'is_missing: boolean, in_base: boolean}'

const NO_REPOSITORY = 'the hub is in no git repository'
const NO_WORKTREE = 'it is no worktree of this repository'
/** Why a worktree is kept. */
const KEPT = {
  uncommitted_work: 'there is work in it that is not committed: `err.files`',
  unsaved_commits: 'there are commits that are nowhere else: `err.commits`',
  main_worktree: 'it is the repository itself',
  outside_base: 'botster did not make it',
  locked: 'it is locked with git worktree lock',
  not_a_worktree: NO_WORKTREE,
  no_repository: NO_REPOSITORY,
}

const pathArgument = { name: 'path', type: 'text' } as const

/** Worktrees of the hub's repository: hub/worktrees as Lua sees it. git runs in child processes; nothing here blocks. */
export function worktreeModule(hub: () => HubContext, emit: Emit, loads: Loads): LuaModule {
  const worktrees = () => hub().worktrees
  const watching = worktreeWatching(hub, emit, loads)
  return defineModule({
    name: 'worktree',
    doc:
      'Worktrees of the hub’s repository. git runs beside the hub, so these wait without blocking anything. Nothing ' +
      'here removes a directory that botster did not make, or one with work in it, unless it is forced. A `Worktree` ' +
      'is {path, head, branch, is_main, is_bare, locked, is_missing, in_base}.',
    functions: {
      repo_root: defineFunction({
        doc: 'The main worktree; outside a repository the hub’s directory.',
        returns: [{ type: 'text' }],
        example: 'log.info(worktree.repo_root())',
        call: () => worktrees().root,
      }),
      is_git_repo: defineFunction({
        doc: 'Whether the hub belongs to a git repository.',
        returns: [{ type: 'boolean' }],
        example: 'if not worktree.is_git_repo() then log.warn("there is no history to go back to") end',
        call: () => worktrees().isRepository,
      }),
      base: defineFunction({
        doc: 'The directory where new worktrees go.',
        returns: [{ type: 'text' }],
        example: 'log.info(worktree.base())',
        call: () => worktrees().base,
      }),
      repo_name: defineFunction({
        doc: 'The repository’s name, fit for a file name: what keys of agents begin with.',
        returns: [{ type: 'text' }],
        yields: true,
        example: 'local key = worktree.repo_name() .. "-fix-login"',
        call: () => worktrees().repoName(),
      }),
      list: defineFunction({
        doc: 'All worktrees, the main one first. Empty outside a repository.',
        returns: [{ type: 'list', luaType: `(${WORKTREE})[]` }],
        yields: true,
        example: 'for _, tree in ipairs(worktree.list()) do log.info(tree.branch, tree.path) end',
        call: async () => (await worktrees().list()).map(snakeCase),
      }),
      find: defineFunction({
        doc: 'Path of the worktree that has a branch checked out, or nil.',
        args: [{ name: 'branch', type: 'text' }],
        returns: [{ type: ['text', 'nil'] }],
        yields: true,
        example: 'local path = worktree.find("main")',
        call: async (_, branch) => (await worktrees().find(branch))?.path,
      }),
      containing: defineFunction({
        doc: 'The worktree a path is in, at its top or anywhere below, or nil.',
        args: [pathArgument],
        returns: [{ type: ['table', 'nil'], luaType: `(${WORKTREE})?` }],
        yields: true,
        example: 'local tree = worktree.containing(worktree.repo_root() .. "/lib/login.lua")',
        call: async (_, path) => {
          const found = await worktrees().containing(path)
          return found === undefined ? undefined : snakeCase(found)
        },
      }),
      exists: defineFunction({
        doc: 'Whether a path is the top of one of the repository’s worktrees.',
        args: [pathArgument],
        returns: [{ type: 'boolean' }],
        yields: true,
        example: 'if worktree.exists(worktree.repo_root()) then log.info("it is there") end',
        call: async (_, path) =>
          (await worktrees().list()).some((known) => !known.isMissing && known.path === resolve(path)),
      }),
      create: defineFunction({
        doc: 'Makes a worktree for a branch. One that exists, here or on one remote, is taken as it is; another is made.',
        args: [
          {
            name: 'options',
            type: 'table',
            doc: 'branch; from: where a new branch starts; prompt and metadata for the worktree’s context.json',
          },
        ],
        returns: [
          {
            type: ['table', 'nil'],
            luaType: '{path: string, branch: string, branch_created_at: string?, problem: string?}?',
          },
        ],
        yields: true,
        failures: {
          bad_branch: 'git takes no such name for a branch',
          branch_in_use: 'a worktree has it checked out: `err.path`',
          branch_exists: 'there is such a branch, and `from` says where to make it',
          bad_ref: '`from` names no commit, or several remotes have the branch',
          no_commits: 'the repository has no commit to start from',
          no_directory: 'its directory cannot be made: the disk is full, or the place for worktrees not writable',
          no_repository: NO_REPOSITORY,
          git_failed: 'git refuses, for a reason it says',
        },
        raises: { 'bad argument #1': 'for an option there is not, or of another type' },
        example: 'local created, message = worktree.create{ branch = "fix-login", from = "main" }',
        call: async ({ signal }, options) =>
          fromOutcome(await worktrees().create({ ...creation(options, 'worktree.create'), signal }), snakeCase),
      }),
      create_async: defineFunction({
        doc:
          'Begins to make a worktree for an agent and returns at once. The event `worktree_created` or ' +
          '`worktree_create_failed` follows, with the agent’s key.',
        args: [
          {
            name: 'options',
            type: 'table',
            doc:
              'agent_key, and branch or issue_number (N means the branch botster-issue-N); from, prompt, metadata, ' +
              'profile_name, client_rows, client_cols, which come back',
          },
        ],
        raises: {
          'branch or issue_number is missing': 'when neither is given',
          'bad argument #1': 'when agent_key is missing, or another option is wrong',
        },
        example:
          'events.on("worktree_created", function(made) log.info(made.agent_key, made.path) end)\n' +
          'worktree.create_async{ agent_key = "shop-fix-login", branch = "fix-login" }',
        call: (_, options) => {
          const given = parse(asyncOptions, camelCase(options as LuaTable), 'worktree.create_async')
          void createAndTell(hub(), emit, given)
        },
      }),
      delete: defineFunction({
        doc: 'Removes a linked worktree inside the base directory. Its branch stays unless asked.',
        args: [
          pathArgument,
          { name: 'branch', type: 'text', optional: true, doc: 'must be the one checked out there' },
          {
            name: 'options',
            type: 'table',
            optional: true,
            doc: '{force = false, delete_branch = false, accept_merged = false}',
          },
        ],
        returns: [{ type: ['table', 'nil'], luaType: '{path: string, deleted_branch: string?, leftover: boolean}?' }],
        yields: true,
        failures: { other_branch: 'another branch is checked out there', ...KEPT },
        raises: { 'bad argument #3': 'for an option there is not, or of another type' },
        example:
          'local done, message, err = worktree.delete(worktree.base() .. "/shop-fix-login", "fix-login")\n' +
          'if not done then log.warn(message, err.files) end',
        call: async (_, path, branch, options) => {
          const given = !options || Array.isArray(options) ? {} : camelCase(options)
          const parsed = parse(removeOptions, given, 'worktree.delete', 3)
          if (branch !== undefined) {
            const actual = (await worktrees().containing(path))?.branch ?? null
            if (actual !== branch) {
              return failure(`${path} has ${actual ?? 'no branch'} checked out, not ${branch}`, {
                kind: 'other_branch',
              })
            }
          }
          return fromOutcome(await worktrees().remove({ path, ...parsed }), snakeCase)
        },
      }),
      may_delete: defineFunction({
        doc: 'Whether `delete` would go ahead, asked before what works there is ended.',
        args: [
          pathArgument,
          { name: 'options', type: 'table', optional: true, doc: '{force = false, delete_branch = false}' },
        ],
        returns: [{ type: ['boolean', 'nil'] }],
        yields: true,
        failures: KEPT,
        raises: { 'bad argument #2': 'for an option there is not, or of another type' },
        example: 'local may, reason = worktree.may_delete(worktree.base() .. "/shop-fix-login")',
        call: async (_, path, options) => {
          const given = !options || Array.isArray(options) ? {} : camelCase(options)
          const parsed = parse(removeOptions, given, 'worktree.may_delete', 2)
          return fromOutcome(await worktrees().mayRemove({ path, ...parsed }), () => true)
        },
      }),
      status: defineFunction({
        doc: 'What would be lost with a worktree: {branch, head, is_clean, changed, untracked, unreachable}.',
        args: [pathArgument],
        returns: [{ type: ['table', 'nil'] }],
        yields: true,
        failures: { not_a_worktree: NO_WORKTREE, no_repository: NO_REPOSITORY },
        example: 'local status = worktree.status(worktree.repo_root())\nlog.info(status.branch, status.is_clean)',
        call: async (_, path) => fromOutcome(await worktrees().status(path), snakeCase),
      }),
      diff: defineFunction({
        doc:
          'What the worktree around a path has that its base has not: commits, changed and new files, as text. The base ' +
          'is where its history left the main worktree’s, unless given.',
        args: [
          pathArgument,
          { name: 'options', type: 'table', optional: true, doc: '{base: a branch or commit, max_bytes = 1048576}' },
        ],
        returns: [{ type: ['table', 'nil'], luaType: '{base: string, text: string, truncated: boolean}?' }],
        yields: true,
        failures: { not_a_worktree: NO_WORKTREE, bad_ref: 'the base names no commit' },
        raises: { 'bad argument #2': 'for an option there is not, or of another type' },
        example: 'local diff = worktree.diff(worktree.repo_root())\nlog.info(diff.text)',
        call: async (_, path, options) => {
          const given = !options || Array.isArray(options) ? {} : camelCase(options)
          return fromOutcome(await worktrees().diff(path, parse(diffOptions, given, 'worktree.diff', 2)), snakeCase)
        },
      }),
      branch_exists: defineFunction({
        doc: 'Whether there is a local branch of a name.',
        args: [{ name: 'branch', type: 'text' }],
        returns: [{ type: 'boolean' }],
        yields: true,
        example: 'if not worktree.branch_exists("main") then log.info("it is called otherwise here") end',
        call: async (_, branch) => (await branchCommit(worktrees().root, branch)) !== undefined,
      }),
      survey: defineFunction({
        doc:
          'Botster’s worktrees and whether they hold work: {path, branch, bytes, committed_at, is_missing, is_clean, ' +
          'changed, merged, locked, may_go, reason} each. `merged` is "merged", "squashed" or nil.',
        args: [
          { name: 'options', type: 'table', optional: true, doc: '{sizes = false}: measure them, which takes a while' },
        ],
        returns: [{ type: 'list', luaType: 'table[]' }],
        yields: true,
        example: 'for _, tree in ipairs(worktree.survey()) do log.info(tree.path, tree.reason) end',
        call: async (_, options) => {
          const sizes = options !== undefined && !Array.isArray(options) && options.sizes === true
          return (await worktrees().survey({ sizes })).map(snakeCase)
        },
      }),
      git_state: defineFunction({
        doc: 'How the worktree a path is in stands: {dirty, ahead, behind}, files changed and commits, counted against the branch’s upstream, else the main worktree.',
        args: [pathArgument],
        returns: [{ type: ['table', 'nil'], luaType: '{dirty: integer, ahead: integer, behind: integer}?' }],
        yields: true,
        failures: { git_failed: 'git knows no repository there, or refuses', no_repository: NO_REPOSITORY },
        example: 'local state = worktree.git_state(worktree.repo_root())\nlog.info(state.dirty, state.ahead)',
        call: async (_, path) => fromOutcome(await worktrees().gitState(path), snakeCase),
      }),
      ...watching.functions,
      free_space: defineFunction({
        doc: 'Bytes that are free where worktrees go, or nil while there is no such directory.',
        returns: [{ type: ['number', 'nil'] }],
        yields: true,
        example: 'local free = worktree.free_space()',
        call: () => worktrees().freeSpace(),
      }),
      exclusive_commits: defineFunction({
        doc: 'Commits that only this branch holds, newest first, at most 100: {hash, subject} each.',
        args: [{ name: 'branch', type: 'text' }],
        returns: [{ type: ['list', 'nil'] }],
        yields: true,
        failures: { git_failed: 'there is no such branch, or git refuses', no_repository: NO_REPOSITORY },
        example:
          'for _, commit in ipairs(worktree.exclusive_commits("main")) do log.info(commit.hash, commit.subject) end',
        call: async (_, branch) =>
          fromOutcome(await worktrees().exclusiveCommits(branch), (commits) => commits.map(snakeCase)),
      }),
      copy_from_patterns: defineFunction({
        doc: 'Copies what the globs in a file name, one a line, from one directory into another. Returns what was copied.',
        args: [
          { name: 'source', type: 'text' },
          { name: 'destination', type: 'text' },
          { name: 'patterns_file', type: 'text' },
        ],
        returns: [{ type: 'list', luaType: 'string[]' }],
        yields: true,
        raises: { 'cannot be read': 'when there is no such patterns file' },
        example:
          'fs.write(".botster/includes", ".env\\nconfig/*.local\\n")\n' +
          'local copied = worktree.copy_from_patterns(worktree.repo_root(), worktree.base() .. "/shop-fix-login", ' +
          'worktree.repo_root() .. "/.botster/includes")',
        call: async (_, source, destination, patterns) => {
          const outcome = await worktrees().copyFromPatterns(source, destination, patterns)
          if (!outcome.ok) throw new Error(outcome.failure.message)
          return outcome.value
        },
      }),
    },
    dispose: watching.dispose,
  })
}

function creation(options: unknown, where: string): CreateWorktree {
  const { branch, from, prompt, metadata } = parse(createOptions, camelCase(options as LuaTable), where)
  return { branch, from, context: { prompt, metadata } }
}
