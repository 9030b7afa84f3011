import { type DescribedCommand, OF_AGENT } from './described.ts'

const NAMED = { name: 'string' }

export const MESSAGE_COMMANDS: readonly DescribedCommand[] = [
  {
    name: 'inbox_send',
    does: 'puts a message into an agent’s inbox; it is told of it when it is idle',
    fields: {
      ...OF_AGENT,
      text: 'string',
      sender: 'string?',
      ttl: 'number? # seconds until it expires; an hour',
      wait: 'number? # seconds to wait until it was read',
    },
    answers: 'the message: {id, state, expires_at, …}',
  },
  {
    name: 'inbox_list',
    does: 'lists the messages of an agent',
    fields: { ...OF_AGENT, all: 'boolean? # also those that were read' },
    answers: '{messages}',
  },
  { name: 'inbox_read', does: 'takes an agent’s messages', fields: OF_AGENT, answers: '{messages}' },
  { name: 'inbox_receipt', does: 'says what became of a message', fields: { id: 'string' }, answers: 'the message' },
  { name: 'list_questions', does: 'lists what agents ask their person', answers: '{questions}' },
  {
    name: 'answer_question',
    does: 'answers what an agent asks; without an answer, closes the question',
    fields: { id: 'string|integer', answer: 'string?' },
    answers: 'the question',
  },
]

export const EXTENSION_COMMANDS: readonly DescribedCommand[] = [
  {
    name: 'plugin:list',
    does: 'lists the plugins, what became of them and what they own',
    answers: '{plugins}: {name, state, path, version?, description?, requires, error?, running, owns?} each',
  },
  { name: 'plugin:load', does: 'loads a plugin that is there', fields: NAMED, answers: 'the plugin, as in the list' },
  { name: 'plugin:reload', does: 'loads a plugin anew', fields: NAMED, answers: 'the plugin, as in the list' },
  {
    name: 'plugin:enable',
    does: 'switches a plugin on again',
    fields: NAMED,
    answers: '{name, changed, state, problem?, needed_by}',
  },
  {
    name: 'plugin:disable',
    does: 'switches a plugin off, for good',
    fields: NAMED,
    answers: '{name, changed, state, needed_by}',
  },
  {
    name: 'plugin:doctor',
    does: 'says what is wrong with plugins',
    fields: { name: 'string? # default: all' },
    answers: '{findings}: {plugin, level, message, hint?, traceback?} each',
  },
  {
    name: 'template:list',
    does: 'lists what comes with botster to begin with',
    answers: '{templates}: {name, description, files, hint, state} each',
  },
  {
    name: 'template:install',
    does: 'copies a template to `~/.botster`',
    fields: NAMED,
    answers: '{template, files, hint}',
  },
  {
    name: 'template:uninstall',
    does: 'deletes what a template installed',
    fields: { ...NAMED, force: 'boolean? # also what was changed since' },
    answers: '{template, files}',
  },
  { name: 'mcp_list_tools', does: 'lists the tools that agents may call', answers: '{tools}' },
  {
    name: 'mcp_call_tool',
    does: 'calls a tool as an agent does',
    fields: { ...NAMED, arguments: 'table?', token: 'string? # an agent’s; none: the person' },
    answers: '{content}',
  },
  { name: 'mcp_list_prompts', does: 'lists the prompts that agents may ask for', answers: '{prompts}' },
  {
    name: 'mcp_get_prompt',
    does: 'asks for a prompt as an agent does',
    fields: { ...NAMED, arguments: 'table?', token: 'string?' },
    answers: 'the prompt: {description?, messages}',
  },
  { name: 'mcp_address', does: 'gives the address of the hub’s MCP endpoint', answers: '{url?}' },
]

export const DEVICE_COMMANDS: readonly DescribedCommand[] = [
  {
    name: 'get_connection_code',
    does: 'gives the code by which a device connects',
    answers: '{url, qr_ascii, expires_at, used}',
  },
  {
    name: 'regenerate_connection_code',
    does: 'makes a new code, so that the one before is worth nothing',
    answers: '{url, qr_ascii, expires_at, used}',
  },
  {
    name: 'copy_connection_url',
    does: 'puts the connection URL into the clipboard of the asking client’s terminal',
    answers: 'true',
  },
  { name: 'list_devices', does: 'lists the devices that may connect', answers: '{devices}' },
  {
    name: 'forget_device',
    does: 'lets a device in no more',
    fields: { device: 'string # its id' },
    answers: 'true',
  },
]

export const TRUST_COMMANDS: readonly DescribedCommand[] = [
  {
    name: 'repository_status',
    does: 'says whether the repository’s `.botster` is trusted',
    answers: 'as `trust.status`',
  },
  {
    name: 'review_repository',
    does: 'lists what is in it, and of one file the lines',
    fields: { path: 'string? # of that file' },
    answers: '{repository, files, path?, lines?, more?}',
  },
  {
    name: 'trust_repository',
    does: 'trusts what was shown',
    fields: {
      hash: 'string # of what was shown: what has changed since is refused',
      always: 'boolean? # whatever it becomes',
    },
    answers: 'as `trust.status`',
  },
  { name: 'untrust_repository', does: 'trusts it no longer', answers: '{was_trusted, repository}' },
  { name: 'ignore_repository', does: 'takes nothing of it until the hub ends', answers: 'as `trust.status`' },
  { name: 'ask_repository_later', does: 'does not ask again until the hub ends', answers: 'true' },
]

export const HUB_COMMANDS: readonly DescribedCommand[] = [
  {
    name: 'list_commands',
    does: 'lists what the hub can be asked, plugins’ commands among it',
    answers: '{commands}: {type, description, owner} each',
  },
  { name: 'check_update', does: 'looks whether there is a newer botster', answers: 'as `update.check`' },
  { name: 'install_update', does: 'installs the newest botster', answers: 'as `update.install`' },
  {
    name: 'quit',
    does: 'ends the hub; agents live on unless told otherwise',
    fields: { agents: 'boolean? # end them too' },
    answers: 'true',
  },
]
