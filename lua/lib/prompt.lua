--- Typing a prompt into a program that is still starting.

local prompt = {}

--- Seconds between two looks at the screen: it stands still for this long when a program waits for input.
local LOOK_SECONDS = 0.3
--- Seconds after which it is typed anyway: some programs never stop drawing.
local PATIENCE_SECONDS = 30
--- Seconds a prompt waits for a person who is typing there.
local HOLD_SECONDS = 600

local wait_until_ready

--- Types `text` into an agent's first session and presses Enter, in the background, once the program shows something and
--- stands still. What goes wrong is reported.
function prompt.type_when_ready(agent_id, text)
  runtime.start("hub", function()
    local first = records.sessions(agent_id)[1]
    local handle = first and pty.get(first.id)
    if not handle then return end
    wait_until_ready(handle)
    if not handle:is_alive() then return end
    local outcome, message = handle:send_message(text, { hold = HOLD_SECONDS })
    if not outcome then runtime.report("lib.prompt", ("the prompt was not typed: %s"):format(message)) end
  end)
end

function wait_until_ready(handle)
  local before
  for _ = 1, PATIENCE_SECONDS / LOOK_SECONDS do
    runtime.sleep(LOOK_SECONDS)
    local screen = handle:is_alive() and handle:get_screen()
    if not screen or (screen == before and screen:find("%S")) then return end
    before = screen
  end
end

return prompt
