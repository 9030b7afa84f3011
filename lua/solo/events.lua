--- `botster attach AGENT` shows its session as soon as the hub says that it is there, and follows it when others come or
--- go before it.

local M = {}

function M.on_hub_event(type)
  if type ~= "agent_list" then
    return nil
  end
  for index, agent in ipairs(_tui_state.agents) do
    for at, session in ipairs(agent.sessions) do
      if session.session_id == _tui_state.solo_session then
        if _tui_state.selected_agent_index == index - 1 and _tui_state.active_pty_index == at - 1 then
          return nil
        end
        return { { op = "focus_terminal", agent_id = agent.id, pty_index = at - 1 } }
      end
    end
  end
end

return M
