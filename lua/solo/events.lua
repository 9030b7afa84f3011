--- `botster attach AGENT` shows its session as soon as the hub says that it is there, and follows it when others come or
--- go before it.

local M = {}

--- Seconds that the end of the program is told: long enough to find it when coming back to the terminal.
local TOLD_SECONDS = 3600

--- That nobody reads what is typed any more, and what to do about it.
local function tell_end(agent, session)
  local code = session.exit_code and (" (exit %d)"):format(session.exit_code) or ""
  local message = ("The program has ended%s. ctrl+q leaves; botster restore %s starts it again."):format(code, agent.key)
  return { { op = "notify", message = message, key = "ended", timeout = TOLD_SECONDS } }
end

function M.on_hub_event(type)
  if type == "typed_into_ended" then
    _tui_state.told_end = nil
  elseif type ~= "agent_list" then
    return nil
  end
  for index, agent in ipairs(_tui_state.agents) do
    for at, session in ipairs(agent.sessions) do
      if session.session_id == _tui_state.solo_session then
        if _tui_state.selected_agent_index == index - 1 and _tui_state.active_pty_index == at - 1 then
          local tells = session.exited and not _tui_state.told_end
          _tui_state.told_end = session.exited
          return tells and tell_end(agent, session) or nil
        end
        return { { op = "focus_terminal", agent_id = agent.id, pty_index = at - 1 } }
      end
    end
  end
end

return M
