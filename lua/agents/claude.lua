--- Claude Code.

local SPINNER = "^{·|✢|✳|✶|✻|✽|*} "

--- What is asked when its plan is ready, which no field says.
local PLAN_QUESTION, PLAN_REASON = "May it carry out its plan?", "it asks whether to carry out its plan"

--- What a menu or another dialog may ask.
local DIALOG_QUESTION = { "^(.+%?)$", "^(Select .*)", "^(Choose .*)" }

return {
  name = "claude",
  programs = { "claude" },
  --- A line that begins with `>` or `❯` between two borders.
  input = { prompt = { "^{>|❯}$", "^{>|❯} " }, framed = true, placeholder = { "^Try \"", "^Press up to edit" } },
  rules = {
    {
      id = "permission",
      state = "waiting",
      region = "dialog",
      all = { "^❯ ?%d+%. ", "^%d+%. " },
      any = { "^Do you want to .+%?$", "^Would you like to proceed%?$", "^Do you want to" },
      question = { "^Do you want to .*", "^Would you like to .*" },
      confidence = 0.98,
      reason = "a permission dialog is open",
    },
    {
      id = "trust",
      state = "waiting",
      region = "dialog",
      all = { "^❯ " },
      any = { "trust the files in this folder", "trust this folder", "^Quick safety check" },
      question = { "^(Do you trust.*)", "(Is this a project you [^?]*%?)", "^(Quick safety check.*)" },
      confidence = 0.98,
      reason = "it asks whether to trust the folder",
    },
    {
      id = "question",
      state = "waiting",
      region = "dialog",
      all = { "^❯ ?%d+%. ", "Enter to select" },
      question = { "^(.+%?)$" },
      confidence = 0.97,
      reason = "it asks a question",
    },
    {
      id = "menu",
      state = "waiting",
      region = "dialog",
      all = { "^❯ ?%d+%. ", "^%d+%. " },
      question = DIALOG_QUESTION,
      confidence = 0.9,
      reason = "a menu is open",
    },
    {
      id = "dialog",
      state = "waiting",
      region = "dialog",
      any = { "Enter to .+ · ", " · Esc to {cancel|close|exit}$", "^Esc to cancel · " },
      question = DIALOG_QUESTION,
      confidence = 0.88,
      reason = "a dialog is open",
    },
    {
      id = "continue",
      state = "waiting",
      region = "dialog",
      any = { "^Press Enter to continue", "^Paste code here if prompted", "^Browser didn't open" },
      question = { "^(Press Enter .*)", "^(Paste code here.*)" },
      confidence = 0.9,
      reason = "it waits for a key or a code",
    },
    {
      id = "spinner",
      state = "working",
      region = "status",
      raw = true,
      any = { SPINNER .. ".*… %(", SPINNER .. "%S+…$", SPINNER .. ".*%(.*esc to interrupt" },
      confidence = 0.95,
      reason = "its spinner turns",
    },
    {
      id = "retrying",
      state = "working",
      region = "status",
      raw = true,
      any = { SPINNER .. ".* · retrying in %d" },
      confidence = 0.9,
      reason = "it tries again",
    },
    {
      id = "interruptible",
      state = "working",
      region = "footer",
      any = { "esc to interrupt" },
      confidence = 0.9,
      reason = "it says that esc interrupts it",
    },
    {
      id = "error",
      state = "failed",
      region = "transcript",
      raw = true,
      adjacent = {
        "^{>|❯} ",
        "^  ⎿ +{API Error|Claude usage limit|Credit balance|Please run /login|Not logged in|Invalid API key|You've hit your}",
      },
      confidence = 0.85,
      reason = "its last turn ended with an error of the API",
    },
    {
      id = "request-error",
      state = "failed",
      region = "turn",
      raw = true,
      any = { "^● API Error: ", "^● Please run /login · API Error: " },
      confidence = 0.85,
      reason = "its last turn ended with an error of the API",
    },
    --- Above the rule of its input line, which stays open while subagents work.
    {
      id = "title-working",
      state = "working",
      region = "title",
      any = { "^{⠂|⠐|◐|◓|◑|◒} " },
      confidence = 0.6,
      reason = "the title turns",
    },
    {
      id = "prompt",
      state = "idle",
      region = "input",
      any = { "^{>|❯}" },
      confidence = 0.9,
      reason = "its input line is open and nothing turns",
    },
  },
  --- What its lifecycle hooks say: event → state, `botster hook` brings them. `ask` names the field that is the question
  --- (`question` is one in other cases), `says` the one that says more of the reason. The first of a list that fits `when`
  --- counts ("": the field is there); one without a state says nothing, and one with `unless` neither when it is in that state
  --- already.
  reports = {
    SessionStart = {
      { when = { source = "compact" } }, -- also in the middle of a turn
      { state = "idle", reason = "it started" },
    },
    UserPromptSubmit = { state = "working", reason = "it was given a prompt" },
    PreToolUse = {
      { when = { tool_name = "AskUserQuestion" }, state = "waiting", ask = "question", reason = "it asks a question" },
      { when = { tool_name = "ExitPlanMode" }, state = "waiting", question = PLAN_QUESTION, reason = PLAN_REASON },
      { state = "working", reason = "it uses a tool" },
    },
    PostToolUse = { state = "working", reason = "it used a tool" },
    PostToolUseFailure = {
      { when = { agent_id = "" }, state = "working", reason = "a tool of its subagent failed" },
      { when = { is_interrupt = "true" }, state = "idle", reason = "a person interrupted it" },
      { state = "working", reason = "a tool failed" },
    },
    PreCompact = { state = "working", reason = "it compacts its conversation" },
    PostCompact = {
      { when = { trigger = "manual" }, state = "idle", reason = "it compacted its conversation" },
      { state = "working", reason = "it compacted its conversation" },
    },
    PermissionRequest = {
      { when = { tool_name = "AskUserQuestion" }, state = "waiting", ask = "question", reason = "it asks a question" },
      { when = { tool_name = "ExitPlanMode" }, state = "waiting", question = PLAN_QUESTION, reason = PLAN_REASON },
      { state = "waiting", ask = "question", reason = "it asks for permission" },
    },
    Elicitation = { state = "waiting", ask = "message", reason = "an MCP server asks" },
    ElicitationResult = { state = "working", reason = "an MCP server was answered" },
    --- Some seconds after the hook of what it is about, and with fewer words: that one's question and error stay.
    Notification = {
      { when = { notification_type = "permission_prompt" }, unless = "waiting", state = "waiting", ask = "message", reason = "it asks for permission" },
      { when = { notification_type = "elicitation_dialog" }, unless = "waiting", state = "waiting", ask = "message", reason = "an MCP server asks" },
      { when = { notification_type = "elicitation_url_dialog" }, unless = "waiting", state = "waiting", ask = "message", reason = "an MCP server asks" },
      { when = { notification_type = "worker_permission_prompt" }, unless = "waiting", state = "waiting", ask = "message", reason = "it asks for permission" },
      { when = { notification_type = "agent_needs_input" }, unless = "waiting", state = "waiting", ask = "message", reason = "it asks for attention" },
      { when = { notification_type = "idle_prompt" }, unless = "failed", state = "idle", reason = "it waits for a prompt" },
      { when = { notification_type = "" } }, -- news: a login, an answer that was taken, an agent that has finished
      { when = { message = "waiting for your input" }, unless = "failed", state = "idle", reason = "it waits for a prompt" },
      { unless = "waiting", state = "waiting", ask = "message", reason = "it asks for attention" },
    },
    Stop = {
      { when = { background = "subagent" }, state = "working", reason = "its subagents work" },
      { when = { background = "workflow" }, state = "working", reason = "its workflow runs" },
      { state = "idle", reason = "it finished its turn" },
    },
    StopFailure = {
      { when = { agent_id = "" } }, -- a subagent's: its agent goes on
      { state = "failed", reason = "its turn ended with an error", says = "error" },
    },
  },
}
