import { defineFunction, defineModule, type LuaModule } from '../../lua/vm/index.ts'
import { agentLabels } from '../agents/labels.ts'
import type { HubContext } from '../types.ts'
import { camelCase, parse } from './convert.ts'
import type { Forwarders } from './forwarders.ts'
import type { Loads } from './loads.ts'
import { argvOf, labelsOf, type PtyConfig, ptyConfig, ptyId } from './pty-config.ts'
import { ptyForwarderHandle } from './pty-forwarder.ts'
import { type PtyHandles, sessionTable } from './pty-handles.ts'
import { ptyMethods } from './pty-methods.ts'
import type { HubCallbacks } from './runtime.ts'
import { sessionEnvironment } from './session-environment.ts'

export interface PtyModuleParts {
  readonly handles: PtyHandles
  readonly forwarders: Forwarders
  readonly callbacks: HubCallbacks
  readonly loads: Loads
}

/** Programs in terminals of their own, held by the ptyhost: they outlive the hub. */
export function ptyModule(hub: () => HubContext, { handles, forwarders, callbacks, loads }: PtyModuleParts): LuaModule {
  return defineModule({
    name: 'pty',
    doc:
      'Programs in terminals of their own. They run in the ptyhost and go on when the hub ends; a handle carries ' +
      'nothing but the session’s name, and `pty.get` finds it again.',
    functions: {
      spawn: defineFunction({
        doc: 'Starts a program in a new terminal and waits until it runs. A load that fails ends what it has started.',
        args: [
          {
            name: 'config',
            type: 'table',
            doc:
              'cmd or command: a string split at white space, or a list (default: the user’s shell); args; cwd or ' +
              'worktree_path (default: the main worktree); env: variables on top of the client’s (client_id) or the ' +
              'hub’s, or all there are with inherit_env = false; rows, cols (24×80); init_commands: lines typed first; ' +
              'port: given as PORT; detect_notifications; agent_id, agent_key, session_name; labels',
          },
        ],
        returns: [{ type: 'handle', luaType: 'pty' }],
        yields: true,
        raises: {
          'is not a directory': 'when there is no such cwd',
          'was not found': 'when there is no such program',
          'bad argument #1': 'when an option is wrong',
        },
        example: 'local handle = pty.spawn{ cmd = "npm run dev", cwd = worktree.repo_root(), rows = 40, cols = 120 }',
        call: async ({ vm, owner, signal }, config) => {
          const parsed = parse(ptyConfig, Array.isArray(config) ? {} : camelCase(config), 'pty.spawn')
          const session = ptyId(parsed)
          await spawn(hub(), session, parsed)
          const takeBack = () => {
            end(hub(), session).catch((error: unknown) => vm.report(owner, error))
          }
          if (signal.aborted) takeBack()
          loads.onFailure(owner, takeBack)
          for (const line of parsed.initCommands) {
            hub().ptyhost.input(session, Buffer.from(`${line}\r`), { kind: 'system', name: 'init_commands' })
          }
          return handles.of(session)
        },
      }),
      get: defineFunction({
        doc: 'The handle of a session that the ptyhost holds, running or ended; nil when it knows none of that name.',
        args: [{ name: 'session_id', type: 'text', doc: '`<agent id>/<session name>`' }],
        returns: [{ type: ['handle', 'nil'], luaType: 'pty?' }],
        example: 'local handle = pty.get("3f9a1c07be42/agent")',
        call: (_, session) => (hub().ptyhost.sessions.has(session) ? handles.of(session) : undefined),
      }),
      list: defineFunction({
        doc: 'Every session the ptyhost holds: {session_id, pid, cols, rows, title, cwd, labels, started_at, exit?}.',
        returns: [{ type: 'list', luaType: 'table[]' }],
        example: 'for _, session in ipairs(pty.list()) do log.info(session.session_id, session.title) end',
        call: () => [...hub().ptyhost.sessions.values()].map(sessionTable),
      }),
      environment: defineFunction({
        doc: 'The environment a session would get: the client’s (or the hub’s), its own terminal’s, and where it is.',
        args: [
          {
            name: 'options',
            type: 'table',
            optional: true,
            doc: '{client_id, agent_id, agent_key, session_name, worktree_path, port}',
          },
        ],
        returns: [{ type: 'table', luaType: 'table<string, string>' }],
        raises: { 'bad argument #1': 'when an option is wrong' },
        example: 'local path = pty.environment().PATH',
        call: (_, options) => {
          const given = parse(
            ptyConfig,
            !options || Array.isArray(options) ? {} : camelCase(options),
            'pty.environment',
          )
          return environmentOf(hub(), given)
        },
      }),
    },
    handles: {
      pty: {
        doc: 'A program in a terminal. Equal for the same session.',
        methods: ptyMethods(hub, handles, callbacks),
      },
      pty_forwarder: ptyForwarderHandle(hub, forwarders),
    },
  })
}

async function spawn(hub: HubContext, session: string, config: PtyConfig): Promise<void> {
  const env = config.inheritEnv ? { ...environmentOf(hub, config), ...config.env } : { ...config.env }
  await hub.ptyhost.spawn({
    session,
    argv: argvOf(config, env.SHELL || '/bin/sh'),
    cwd: config.cwd ?? config.worktreePath ?? hub.root,
    env,
    cols: config.cols,
    rows: config.rows,
    labels: { ...labelsOfAgent(hub, config), ...labelsOf(config) },
  })
}

/** Ends what nobody knows of: an agent's session is its record's. */
async function end({ records, ptyhost }: HubContext, session: string): Promise<void> {
  if (records.session(session) !== undefined) return
  await ptyhost.kill(session)
  await ptyhost.release(session)
}

/** An agent's session carries what a hub without records needs to find the agent again. */
function labelsOfAgent({ records }: HubContext, { agentId }: PtyConfig): Record<string, string> {
  const agent = agentId === undefined ? undefined : records.agent(agentId)
  return agent === undefined ? {} : agentLabels(agent)
}

function environmentOf(hub: HubContext, config: PtyConfig): Record<string, string> {
  const { clientId, agentId, agentKey, sessionName, worktreePath, port } = config
  const agent = agentId === undefined ? undefined : hub.records.agent(agentId)
  return sessionEnvironment(hub.clients.environment(clientId).env, {
    hubId: hub.id,
    agentKey,
    worktreePath,
    port,
    ...(agent !== undefined && {
      agentId,
      sessionName,
      slug: agent.slug,
      portBase: agent.portBase,
      token: hub.mcp.tokens.ofAgent(agent.id),
      mcpUrl: hub.mcp.url,
    }),
  })
}
