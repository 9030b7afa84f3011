--- What agents ask the person, and the offer to take up again what a reboot has ended. A question never takes the keys from
--- what is being typed: it is announced, and answered from the palette or the menu.

local boxes = require("ui.boxes")
local ops = require("ui.ops")

local M = { handlers = {}, overlays = {}, events = {} }

local handlers, overlays, events = M.handlers, M.overlays, M.events

local function waiting()
  _tui_state.questions = _tui_state.questions or {}
  return _tui_state.questions
end

--- The question that the open dialog is about, while it waits.
local function live()
  for _, question in ipairs(waiting()) do
    if question.id == _tui_state.pending_fields.question then
      return question
    end
  end
end

local function is_open()
  return _tui_state.mode == "question_select" or _tui_state.mode == "question_answer"
end

-- events ---------------------------------------------------------------------------------------------------------

--- The hub tells now of all that wait: of those known from before, only these still do. The one that is being answered stays
--- in sight meanwhile, so that nothing moves under the person's keys.
function M.forget()
  local announced = {}
  for _, question in ipairs(waiting()) do
    announced[question.id] = true
  end
  _tui_state.seen_question = is_open() and live() or nil
  _tui_state.questions, _tui_state.announced_questions = {}, announced
end

function events.question(data)
  local question = data.question
  if type(question) ~= "table" then
    return nil
  end
  for _, known in ipairs(waiting()) do
    if known.id == question.id then
      return nil
    end
  end
  table.insert(waiting(), question)
  if (_tui_state.announced_questions or {})[question.id] then
    return nil
  end
  local who = question.agent_key or "An agent"
  return {
    { op = "notify", level = "info", message = ("%s asks: %s (ctrl+p, then answer)"):format(who, question.text) },
    { op = "osc_alert", title = who, body = question.text },
  }
end

function events.question_closed(data)
  for position, question in ipairs(waiting()) do
    if question.id == data.id then
      table.remove(waiting(), position)
      break
    end
  end
  return is_open() and _tui_state.pending_fields.question == data.id and { ops.close() } or nil
end

--- Once, with the first list after attaching: what was lost may be taken up again.
function M.offer(operations)
  if _tui_state.restore_offered then
    return operations
  end
  _tui_state.restore_offered = true
  for _, agent in ipairs(_tui_state.agents) do
    if agent.status == "lost" then
      operations[#operations + 1] = ops.set_mode("restore_agents")
      break
    end
  end
  return operations
end

-- actions --------------------------------------------------------------------------------------------------------

function handlers.answer_question()
  local question = waiting()[1]
  if not question then
    return { ops.close(), { op = "notify", level = "info", message = "Nobody asks anything." } }
  end
  _tui_state.pending_fields = { question = question.id }
  local is_choice = question.choices and #question.choices > 0
  -- What announced it would stand in front of it on a small screen.
  return { { op = "action", action = "dismiss_notices" }, ops.set_mode(is_choice and "question_select" or "question_answer") }
end

local function answer(text)
  local question = live()
  if not question then
    return { ops.close(), ops.notify("Nobody asks that any more.", "warning") }
  end
  return { ops.command({ type = "answer_question", id = question.id, answer = text }), ops.close() }
end

function handlers.choose_answer(_, item)
  return answer(item.answer)
end

function M.submit(text)
  if not text:find("%S") then
    return {}
  end
  return answer(text)
end

function handlers.restore_agents()
  _tui_state.awaiting = { command = "restore_agents" }
  return { ops.command({ type = "restore_agents" }), ops.close() }
end

-- overlays -------------------------------------------------------------------------------------------------------

local function current()
  local seen = _tui_state.seen_question
  if seen and seen.id ~= _tui_state.pending_fields.question then
    seen = nil
  end
  return live() or seen or { text = "This question is closed.", choices = {} }
end

function overlays.question_select(state)
  local question = current()
  local items = {}
  local text = ("%s: %s"):format(question.agent_key or "An agent", question.text)
  for _, line in ipairs(boxes.wrap(state, text, 70, #(question.choices or {}) + 2)) do
    items[#items + 1] = { text = line, header = true }
  end
  for _, choice in ipairs(question.choices or {}) do
    items[#items + 1] = { text = choice, action = { action = "choose_answer", answer = choice } }
  end
  return boxes.list(state, "Question", items, 70)
end

function overlays.question_answer(state)
  local question = current()
  return boxes.input(state, "Question", question.text, ("Your answer to %s."):format(question.agent_key or "an agent"), 70)
end

function overlays.restore_agents(state)
  local lost = 0
  for _, agent in ipairs(state.agents) do
    if agent.status == "lost" then
      lost = lost + 1
    end
  end
  local what = lost == 1 and "One agent was" or ("%d agents were"):format(lost)
  return boxes.list(state, "Restore", {
    { text = what .. " ended, as by a reboot. Worktrees are untouched.", header = true },
    { text = "Start them again where they were", action = "restore_agents" },
    { text = "Not now", secondary = "botster restore does it later", action = "close_modal" },
  }, 60)
end

return M
