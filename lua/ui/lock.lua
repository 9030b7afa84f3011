--- Locked keys: all of them go to the program that is typed into, whatever they mean here, until one that is bound to
--- `lock_keys` is pressed again. It stands in the title as long as that, since escape leads nowhere meanwhile.
---
--- The lock is one terminal's. It ends where another is looked at, however that came, and with its program.

local agents = require("ui.agents")
local ended = require("ui.ended")
local ops = require("ui.ops")
local theme = require("ui.theme")

local M = { handlers = {} }

--- Whether the layout has said, when it drew last, that keys are locked.
local drawn = false

--- The shortest key that locks and unlocks, or nil. Sequences do not count: their first keys would be kept from the program.
function M.key()
  for _, key in ipairs(botster.keymap.keys("insert", "lock_keys")) do
    if not key:find(" ", 1, true) then
      return key
    end
  end
end

--- The id of the session that is typed into, while its program runs.
local function typed_into()
  local agent = agents.selected(_tui_state)
  local sessions = agent and agent.sessions or {}
  local session = sessions[(_tui_state.active_pty_index or 0) + 1] or sessions[1]
  return session and not ended.selected() and session.session_id or nil
end

--- Whether keys are locked: asked for every key. What is typed on when the terminal changes by itself is none of
--- botster's keys either.
function M.is_on()
  local locked = _tui_state.locked_session
  if locked and locked ~= typed_into() and not ended.is_blind() then
    _tui_state.locked_session = nil
  end
  return _tui_state.locked_session ~= nil
end

--- What a key does while keys are locked, by the action it is bound to; nil: it is the program's.
function M.handle_key(_, action)
  return action == "lock_keys" and { action = action } or nil
end

--- @return table? what there is to say when keys cannot be locked
local function why_not()
  if not typed_into() then
    return ops.notify("There is no program that could have all keys.")
  end
  if not M.key() then
    local message = "No key would unlock them. Bind one: botster.keymap.set({'insert', 'normal'}, 'f9', 'lock_keys')"
    return ops.notify(message, "warning")
  end
end

function M.handlers.lock_keys()
  if M.is_on() then
    _tui_state.locked_session = nil
    return { { op = "notify", message = "Keys are unlocked.", key = "lock_keys", timeout = 2 } }
  end
  local problem = why_not()
  if problem then
    return { problem }
  end
  _tui_state.locked_session = typed_into()
  _tui_state.list_focus = nil
  local message = ("All keys go to the agent now. %s unlocks them."):format(M.key())
  local operations = { { op = "notify", message = message, key = "lock_keys", timeout = 4 } }
  operations[2] = _tui_state.mode ~= "insert" and ops.set_mode("insert") or nil
  return operations
end

--- For the title of a terminal: that its keys are locked, and what unlocks them; nil when they are not.
function M.status(session)
  if not M.is_on() or not session or session.session_id ~= _tui_state.locked_session then
    return nil
  end
  drawn = true
  return ("LOCKED %s unlocks"):format(M.key())
end

--- Draws by a layout's `render`. One that does not say that keys are locked gets that said at the bottom: nobody would
--- know how to unlock them otherwise.
function M.complete(render, state)
  drawn = false
  if _tui_state.locked_session and not M.key() then -- the files that have just been loaded bind none
    _tui_state.locked_session = nil
  end
  local tree = render(state)
  if drawn or not M.is_on() then
    return tree
  end
  local text = ("LOCKED %s unlocks: all keys go to the agent"):format(M.key())
  local line = { type = "paragraph", props = { lines = { { { text = text, style = theme.style("attention") } } } } }
  return { type = "vsplit", constraints = { "min:1", "1" }, children = { tree, line } }
end

return M
