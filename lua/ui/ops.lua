--- The operations that actions return most often.

local M = {}

--- Changes the mode; `input` is put into the input that appears.
function M.set_mode(mode, input)
  return { op = "set_mode", mode = mode, input = input }
end

--- A message to the hub.
function M.send(data)
  return { op = "send_msg", data = data }
end

--- A message to the hub without which what follows must not happen: closing the dialog would take away what was typed. What
--- the dialog is about comes back with `not_sent`, when it was forgotten already.
function M.command(data)
  _tui_state.fields_of_command = _tui_state.pending_fields
  return { op = "send_msg", data = data, required = true }
end

--- A message to the user.
function M.notify(message, level)
  return { op = "notify", message = message, level = level or "info" }
end

--- Where an overlay leads back to: typing into the agent, or the agent list when it has the focus or is empty.
function M.base_mode()
  return #_tui_state.agents > 0 and not _tui_state.list_focus and "insert" or "normal"
end

--- Leaves an overlay and forgets what was begun in it.
function M.close()
  _tui_state.pending_fields = {}
  return M.set_mode(M.base_mode())
end

return M
