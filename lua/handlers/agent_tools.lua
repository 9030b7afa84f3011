--- The tools that every agent has: seeing, starting, talking to, waiting for and closing other agents, asking the person,
--- and saying how it stands with itself. `context.agent` is the caller's record, nil when a person calls.

local agent = require("lib.agent")
local agent_permissions = require("lib.agent_permissions")
local agent_sessions = require("lib.agent_sessions")
local agent_state = require("lib.agent_state")
local inbox = require("lib.inbox")
local list = require("lib.list")
local mcp = require("lib.mcp")
local prompt = require("lib.prompt")
local questions = require("lib.questions")
local state_report = require("lib.state_report")

--- Seconds that a tool waits when the caller does not say, and at most: clients give up after a minute unless told.
local WAIT_SECONDS, LONGEST_WAIT_SECONDS = 45, 3600
local ASK_SECONDS = 600
--- Seconds a message waits until it can be typed.
local SEND_SECONDS = 45
--- States in which an agent does not go on by itself.
local RESTING = { "waiting", "done", "idle", "failed", "exited" }
--- Bytes of a diff that a model is given.
local MOST_DIFF = 200 * 1024

local brief, wanted, keep_for_later, own_program, what_to_start, seconds

local function object(properties, required)
  return { type = "object", properties = properties, required = required }
end

local AGENT = { type = "string", description = "key, name or id of the agent, or a unique beginning" }

mcp.tool("list_agents", {
  description = "All agents of this repository: what they are called, which branch and worktree they have, what they do.",
  input_schema = object({}),
}, function(_, context)
  local all = {}
  for i, shape in ipairs(agent.list()) do all[i] = brief(shape, context) end
  return { agents = list(all) }
end)

mcp.tool("create_agent", {
  description = "Start another agent, on a branch and in a worktree of its own, and give it a task. Without command and "
    .. "profile it runs the same program as you. Commit what it has to see before: its branch starts at `from`.",
  input_schema = object({
    branch = { type = "string", description = "branch to work on; made when it does not exist" },
    prompt = { type = "string", description = "what it is to do" },
    command = { type = "string", description = "command line to run instead" },
    profile = { type = "string", description = "a profile, e.g. claude or codex" },
    from = { type = "string", description = "where a new branch starts: a branch, tag or commit" },
    name = { type = "string", description = "what people see" },
    on_taken = {
      type = "string",
      enum = { "reuse", "suffix" },
      description = "when the branch is taken: work where it is checked out, or on the next one with a number; refused without",
    },
  }),
}, function(params, context)
  local caller = context.agent
  local command = params.command
  if not command and not params.profile then command = own_program(caller) end
  local ok, message, err = agent_permissions.create(caller, what_to_start(params, command))
  if not ok then return nil, message, err end
  local shape
  shape, message, err = agent.create{
    branch = params.branch,
    prompt = params.prompt,
    command = command,
    profile_name = params.profile,
    from = params.from,
    name = params.name,
    on_taken = params.on_taken,
    client_id = context.client_id,
    parent = caller and caller.id,
    admit = function(id) return agent_permissions.reserve(caller, id) end,
  }
  if not shape then return nil, message, err end
  return brief(shape, context)
end)

mcp.tool("send_message", {
  description = "Give an agent a message as a prompt. Waits while it works or a person is typing there; when it cannot take "
    .. "it (a dialog is open, it goes on working) the message is put into its inbox: the outcome is in_inbox then.",
  input_schema = object({
    agent = AGENT,
    message = { type = "string" },
    session = { type = "string", description = "which of its sessions; the first without" },
  }, { "agent", "message" }),
}, function(params, context)
  local record, message, err = wanted(params)
  if not record then return nil, message, err end
  local ok
  ok, message, err = agent_permissions.approved(context.agent, "send_message", ("write to %s"):format(record.key))
  if not ok then return nil, message, err end
  local session
  session, message, err = agent_sessions.find(record, params.session)
  if not session then return nil, message, err end
  local receipt
  receipt, message, err = prompt.send(record, params.message, {
    session = session,
    timeout = SEND_SECONDS,
    only_in_time = true, -- what is put into the inbox must not be typed as well
    from = context.agent and { kind = "agent", name = context.agent.key } or { kind = "person" },
  })
  if not receipt then return nil, message, err end
  return keep_for_later(record, session, receipt, params.message, context)
end)

mcp.tool("read_screen", {
  description = "What an agent's terminal shows, with lines from above it if wanted.",
  input_schema = object({
    agent = AGENT,
    session = { type = "string", description = "which of its sessions; the first without" },
    history = { type = "integer", description = "how many lines from above the screen" },
  }, { "agent" }),
}, function(params)
  local record, message, err = wanted(params)
  if not record then return nil, message, err end
  local session, handle
  session, handle, err = agent_sessions.find(record, params.session)
  if not session then return nil, handle, err end
  local shown
  shown, message, err = handle:get_snapshot({ history = math.min(params.history or 0, 5000) })
  if not shown then return nil, message, err end
  return shown.text
end)

mcp.tool("wait_for_agent", {
  description = "Wait until an agent is in one of the states: waiting (it asks something), done, idle, failed or exited. "
    .. "Answers with the state it is in, and timed_out when the time was over first: then call again.",
  input_schema = object({
    agent = AGENT,
    states = { type = "array", items = { type = "string" }, description = "default: waiting, done, idle, failed, exited" },
    timeout = { type = "number", description = "seconds; 45 without" },
  }, { "agent" }),
}, function(params)
  local record, message, err = wanted(params)
  if not record then return nil, message, err end
  local states = {}
  for _, name in ipairs(params.states and #params.states > 0 and params.states or RESTING) do states[name] = true end
  local now, reached = agent_state.wait(record.id, states, seconds(params.timeout, WAIT_SECONDS))
  if not now then return nil, ("%s was closed meanwhile"):format(record.key), { kind = "no_agent" } end
  return {
    agent = record.key,
    state = now.state,
    reason = now.state_reason,
    question = now.state_question,
    timed_out = not reached,
  }
end)

mcp.tool("close_agent", {
  description = "End an agent that you started. Its branch stays. Its worktree goes only when asked, and only when no work "
    .. "would be lost. Other agents are closed only when the person allows it.",
  input_schema = object({
    agent = AGENT,
    delete_worktree = { type = "boolean" },
    delete_branch = { type = "boolean", description = "also its branch, when no commit would be lost" },
  }, { "agent" }),
}, function(params, context)
  local record, message, err = wanted(params)
  if not record then return nil, message, err end
  local ok
  ok, message, err = agent_permissions.close(context.agent, record, ("close %s"):format(record.key))
  if not ok then return nil, message, err end
  return agent.delete(record.id, { delete_worktree = params.delete_worktree, delete_branch = params.delete_branch })
end)

mcp.tool("open_diff", {
  description = "What an agent has changed in its worktree, committed or not, against the commit its branch left the main "
    .. "one at. With `show` the person also sees it, in a session of that agent.",
  input_schema = object({
    agent = AGENT,
    base = { type = "string", description = "compare with this branch or commit instead" },
    show = { type = "boolean", description = "open it in the person's UI" },
  }, { "agent" }),
}, function(params, context)
  local record, message, err = wanted(params)
  if not record then return nil, message, err end
  local diff
  diff, message, err = worktree.diff(record.worktree_path or record.cwd, { base = params.base, max_bytes = MOST_DIFF })
  if not diff then return nil, message, err end
  if params.show then
    local shown
    shown, message, err = agent.add_session(record.id, {
      name = "diff",
      command = { "git", "--paginate", "diff", diff.base },
      client_id = context.client_id,
    })
    if not shown then return nil, message, err end
  end
  if diff.text == "" then return "no changes since " .. diff.base end
  return diff.text .. (diff.truncated and "\n[the diff is longer; this is its beginning]" or "")
end)

mcp.tool("ask_human", {
  description = "Ask the person who is responsible for you, and wait for the answer. Use it when you cannot go on without.",
  input_schema = object({
    question = { type = "string" },
    choices = { type = "array", items = { type = "string" }, description = "answers to choose from" },
    timeout = { type = "number", description = "seconds; 600 without" },
  }, { "question" }),
}, function(params, context)
  return questions.ask{
    text = params.question,
    choices = params.choices and #params.choices > 0 and params.choices or nil,
    agent_id = context.agent_id,
    agent_key = context.agent_key,
    timeout = seconds(params.timeout, ASK_SECONDS),
  }
end)

mcp.tool("report_state", {
  description = "Tell the person, and whoever waits for you, how it stands with you.",
  input_schema = object({
    state = { type = "string", enum = { "working", "waiting", "done", "idle", "failed" } },
    message = { type = "string", description = "what you do, ask or have done, in a line" },
  }, { "state" }),
}, function(params, context)
  if not context.agent then return nil, "only an agent has a state to report", { kind = "bad_request" } end
  local question = params.state == "waiting" and params.message or nil
  local reported, message, err = state_report.state(context.agent, params.state, params.message, question)
  if not reported then return nil, message, err end
  return "reported"
end)

--- What an agent needs to know of another.
function brief(shape, context)
  return {
    key = shape.key,
    id = shape.id,
    name = shape.name,
    branch = shape.branch_name,
    worktree = shape.worktree_path,
    state = shape.state,
    reason = shape.state_reason,
    question = shape.state_question,
    status = shape.status,
    is_you = context.agent_id == shape.id or nil,
    created_by = shape.parent,
    title = shape.title,
  }
end

function wanted(params)
  return agent.find(params.agent)
end

--- The answer to a message with this receipt. One that was not typed is put into the inbox, whose doorbell rings in the
--- first session: for another one, or for a program that has ended, the receipt says what there is to know.
function keep_for_later(record, session, receipt, text, context)
  local is_untyped = (receipt.outcome == "refused" or receipt.outcome == "timed_out") and not receipt.typed
  local first = agent_state.first_session(record.id)
  local handle = first and first.id == session.id and pty.get(first.id)
  if not is_untyped or not handle or not handle:is_alive() then return receipt end
  local kept, message, err = inbox.send(record, text, { sender = context.agent_key or "the person" })
  if not kept then return nil, ("%s, and its inbox does not take it: %s"):format(receipt.reason, message), err end
  return { outcome = "in_inbox", reason = receipt.reason, question = receipt.question, id = kept.id, agent = record.key }
end

--- What an agent's first session was started with.
function own_program(caller)
  local first = caller and records.sessions(caller.id)[1]
  return first and first.command
end

--- What a person is asked to allow: everything that decides it.
function what_to_start(params, command)
  if type(command) == "table" then command = table.concat(command, " ") end
  local program = command or params.profile
  local task = params.prompt and (" and give it the task: %s"):format(params.prompt) or ""
  return ("start an agent on %s%s%s"):format(params.branch or "a new branch", program and (" (%s)"):format(program) or "", task)
end

function seconds(value, default)
  return math.min(type(value) == "number" and math.max(value, 0) or default, LONGEST_WAIT_SECONDS)
end

return {}
