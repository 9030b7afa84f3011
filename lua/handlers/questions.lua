--- Shows clients what agents ask the person, and takes the answers.

local hooks = require("hub.hooks")
local agent = require("lib.agent")
local check = require("lib.check")
local commands = require("lib.commands")
local connections = require("handlers.connections")
local questions = require("lib.questions")

events.on("question_asked", function(question)
  if question.agent_id then agent.set_notification(question.agent_id, true) end
  connections.broadcast("hub", {
    type = "question",
    question = question,
    agent_id = question.agent_id,
    agent_key = question.agent_key,
  })
end)

--- Who attaches later is told of what waits.
hooks.on("after_client_subscribe", "handlers.questions", function(subscribed)
  local client = subscribed.channel == "hub" and connections.find(subscribed.client_id)
  if not client then return end
  for _, question in ipairs(questions.list()) do
    client:send({
      subscriptionId = subscribed.subscription_id,
      type = "question",
      question = question,
      agent_id = question.agent_id,
      agent_key = question.agent_key,
    })
  end
end, { timeout_ms = 1000 })

events.on("question_closed", function(question)
  connections.broadcast("hub", { type = "question_closed", id = question.id })
end)

commands.register("list_questions", function()
  return { questions = questions.list() }
end, { description = "What agents ask you" })

commands.register("answer_question", function(_, _, command)
  local fine, message, err = check(command, { id = "reference", answer = "text" })
  if not fine then return nil, message, err end
  return questions.answer(command.id, command.answer)
end, { description = "Answer what an agent asks; without an answer, close the question" })

return {}
