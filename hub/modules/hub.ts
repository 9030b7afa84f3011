import { type AnyFunctionSpec, defineFunction, defineModule, type LuaModule } from '../../lua/vm/index.ts'
import { userDirectory } from '../../protocol/paths.ts'
import { botsterVersion } from '../../protocol/version.ts'
import type { ClientInfo } from '../clients.ts'
import type { HubContext } from '../types.ts'
import { snakeCase } from './convert.ts'
import { inOrder, type RegisteredAgents } from './registered-agents.ts'
import { WORKTREE } from './worktree.ts'

/** The hub itself: who it is, who is connected, which agents have which terminals. */
export function hubModule(
  hub: () => HubContext,
  agents: RegisteredAgents,
  signalling: Record<string, AnyFunctionSpec>,
): LuaModule {
  return defineModule({
    name: 'hub',
    doc: 'The hub itself: who it is, who is connected, which agents have which terminals.',
    functions: {
      server_id: defineFunction({
        doc: 'The hub’s id: 32 hex digits, the same for the same repository.',
        returns: [{ type: 'text' }],
        example: 'log.info(hub.server_id())',
        call: () => hub().id,
      }),
      version: defineFunction({
        doc: 'Version of botster.',
        returns: [{ type: 'text' }],
        example: 'log.info("botster " .. hub.version())',
        call: () => botsterVersion(),
      }),
      user_directory: defineFunction({
        doc: 'The directory of the user’s own Lua, plugins and profiles: ~/.botster.',
        returns: [{ type: 'text' }],
        example: 'local notes = fs.read(hub.user_directory() .. "/notes.md")',
        call: () => userDirectory(),
      }),
      get_worktrees: defineFunction({
        doc: 'All worktrees of the repository, as worktree.list gives them.',
        returns: [{ type: 'list', luaType: `(${WORKTREE})[]` }],
        yields: true,
        sandbox: true,
        example: 'for _, tree in ipairs(hub.get_worktrees()) do log.info(tree.path) end',
        call: async () => (await hub().worktrees.list()).map(snakeCase),
      }),
      detect_repo: defineFunction({
        doc: 'The repository as "owner/name" (BOTSTER_REPO, else the remote origin), else the directory’s name.',
        returns: [{ type: 'text' }],
        yields: true,
        example: 'log.info(hub.detect_repo())',
        call: () => hub().worktrees.detectRepo(),
      }),
      register_agent: defineFunction({
        doc:
          'Names the terminals of an agent, in the order clients count them. Replaces what the key had. One that is none ' +
          'of the hub’s own agents goes with the module that named it.',
        args: [
          { name: 'key', type: 'text' },
          { name: 'handles', type: 'table', doc: 'pty handles as a list, or by session name' },
        ],
        returns: [{ type: 'integer', doc: 'the agent’s index, from 0' }],
        raises: {
          'at least one pty handle expected': 'for an empty table',
          'pty handle expected': 'for what is none',
        },
        example: 'local index = hub.register_agent("shop-fix-login", { pty.spawn{ cmd = "sh" } })',
        call: (by, key, handles) => agents.register(by, key, inOrder(handles)),
      }),
      unregister_agent: defineFunction({
        doc: 'Forgets an agent’s terminals. Later agents move up.',
        args: [{ name: 'key', type: 'text' }],
        returns: [{ type: 'boolean', doc: 'whether it was registered' }],
        example: 'hub.unregister_agent("shop-fix-login")',
        call: (by, key) => agents.unregister(by, key),
      }),
      errors: defineFunction({
        doc: 'The latest errors that were reported, as `botster status` shows them, oldest first.',
        args: [{ name: 'owner', type: 'text', optional: true, doc: 'only those of this module, or "plugin.NAME"' }],
        returns: [
          {
            type: 'list',
            luaType: '{at: number, owner: string, message: string, traceback: string?, outdated: boolean?}[]',
            doc: '`at`: seconds since 1970; `outdated`: of a version that is gone',
          },
        ],
        example: 'for _, problem in ipairs(hub.errors("plugin.github")) do log.info(problem.message) end',
        call: (_, owner) =>
          hub()
            .errors.list()
            .filter((report) => owner === undefined || report.owner === owner)
            .map((report) => ({ ...report, at: report.at / 1000 })),
      }),
      clients: defineFunction({
        doc: 'Everybody who is connected: {id, role, pid, version, connected_at} each.',
        returns: [{ type: 'list', luaType: 'table[]' }],
        example: 'for _, client in ipairs(hub.clients()) do log.info(client.role, client.pid) end',
        call: () => hub().clients.list().map(snakeCase),
      }),
      client: defineFunction({
        doc: 'One client, or nil when it is gone.',
        args: [{ name: 'client_id', type: 'text' }],
        returns: [{ type: ['table', 'nil'] }],
        example: 'local client = hub.client(client_id)\nif client then log.info(client.role) end',
        call: (_, id) => optional(hub().clients.get(id)),
      }),
      client_environment: defineFunction({
        doc: 'Where a client runs: {env, cwd}, without what describes its terminal; the hub’s own for one that never said.',
        args: [{ name: 'client_id', type: 'text', optional: true }],
        returns: [{ type: 'table', luaType: '{env: table<string, string>, cwd: string}' }],
        example: 'local shell = hub.client_environment(client_id).env.SHELL',
        call: (_, id) => {
          const { env, cwd } = hub().clients.environment(id)
          return { env: { ...env }, cwd }
        },
      }),
      mcp_caller: defineFunction({
        doc: 'Whom a token of the MCP endpoint stands for: {agent = id}, {} for the person, or nil.',
        args: [{ name: 'token', type: 'text' }],
        returns: [{ type: ['table', 'nil'], luaType: '{agent: string?}?' }],
        example: 'local caller = hub.mcp_caller(token)',
        call: (_, token) => {
          const caller = hub().mcp.tokens.caller(token)
          return caller === 'person' ? {} : caller && { agent: caller.agent }
        },
      }),
      mcp_list_changed: defineFunction({
        doc: 'Tells clients of the MCP endpoint that tools or prompts are others now.',
        args: [{ name: 'list', type: 'text', luaType: '"tools"|"prompts"' }],
        raises: { '"tools" or "prompts" expected': 'for another word' },
        example: 'hub.mcp_list_changed("tools")',
        call: (_, list) => {
          if (list !== 'tools' && list !== 'prompts') {
            const problem = `"tools" or "prompts" expected, got "${list}"`
            throw new Error(`bad argument #1 to 'hub.mcp_list_changed' (${problem})`)
          }
          hub().mcp.tellListChanged(list)
        },
      }),
      mcp_url: defineFunction({
        doc: 'Address of the MCP endpoint, or nil while it does not listen.',
        returns: [{ type: ['text', 'nil'] }],
        example: 'log.info(hub.mcp_url())',
        call: () => hub().mcp.url,
      }),
      ...signalling,
      quit: defineFunction({
        doc: 'Ends the hub once the present turn is over. Agents go on unless they are told to end too.',
        args: [{ name: 'options', type: 'table', optional: true, doc: '{agents = false}' }],
        example: 'timer.after(3600, function() hub.quit() end)',
        call: (_, options) => {
          const agents = options !== undefined && !Array.isArray(options) && options.agents === true
          hub().quit({ agents })
        },
      }),
    },
  })
}

function optional(client: ClientInfo | undefined) {
  return client === undefined ? undefined : snakeCase(client)
}
