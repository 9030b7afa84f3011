--- The screen of `botster attach AGENT`: one session, and nothing around it. The host has put `solo_session`, the id of
--- the session, into `_tui_state`.

local function find()
  for index, agent in ipairs(_tui_state.agents) do
    for at, session in ipairs(agent.sessions) do
      if session.session_id == _tui_state.solo_session then
        return index - 1, at - 1
      end
    end
  end
end

function render()
  local agent_index, pty_index = find()
  if not agent_index then
    return { type = "paragraph", props = { lines = { "", "This agent is not here (any more). ctrl+q leaves." }, alignment = "center" } }
  end
  return { type = "terminal", props = { agent_index = agent_index, pty_index = pty_index } }
end

function render_overlay()
  return nil
end

function initial_mode()
  return "insert"
end
