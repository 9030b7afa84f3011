--- Google's Gemini CLI.

local SPINNER = "^ ?{⠋|⠙|⠹|⠸|⠼|⠴|⠦|⠧|⠇|⠏} "

return {
  name = "gemini",
  programs = { "gemini" },
  input = { prompt = { "^{>|!|*}$", "^{>|!|*} " }, framed = true, placeholder = { "^Type your message" } },
  rules = {
    {
      id = "confirmation",
      state = "waiting",
      region = "dialog",
      all = { "^{●|›|❯} ?%d+%. ", "^%d+%. " },
      any = { "^Allow execution", "^Apply this change%?", "^Do you want to proceed%?", "^Allow execution of MCP", "^Action Required" },
      question = { "^(Allow execution.*)", "^(Apply this change%?)", "^(Do you want to proceed%?)" },
      confidence = 0.98,
      reason = "it asks for confirmation",
    },
    {
      id = "menu",
      state = "waiting",
      region = "dialog",
      all = { "^{●|›|❯} ?%d+%. ", "^%d+%. " },
      question = { "^(.+%?)$", "^(Select .*)" },
      confidence = 0.92,
      reason = "a menu is open",
    },
    {
      id = "title-action",
      state = "waiting",
      region = "title",
      any = { "^✋ " },
      confidence = 0.7,
      reason = "the title says that action is required",
    },
    {
      id = "spinner",
      state = "working",
      region = "status",
      raw = true,
      any = { SPINNER .. ".*%(esc to cancel" },
      none = { "Waiting for user confirmation" },
      confidence = 0.95,
      reason = "its spinner turns",
    },
    {
      id = "error",
      state = "failed",
      region = "turn",
      raw = true,
      any = { "^ ?✕ %[API Error", "^ ?✕ .*[Qq]uota", "^ ?✕ .*exhausted" },
      confidence = 0.85,
      reason = "its last turn ended with an error of the API",
    },
    {
      id = "prompt",
      state = "idle",
      region = "input",
      any = { "^{>|!|*}" },
      confidence = 0.9,
      reason = "its input line is open and nothing turns",
    },
    {
      id = "title-ready",
      state = "idle",
      region = "title",
      any = { "^◇ " },
      confidence = 0.6,
      reason = "the title says that it is ready",
    },
  },
  reports = {
    SessionStart = { state = "idle", reason = "it started" },
    BeforeAgent = { state = "working", reason = "it was given a prompt" },
    BeforeTool = { state = "working", reason = "it uses a tool" },
    AfterTool = { state = "working", reason = "it used a tool" },
    Notification = {
      { when = { question = "" }, state = "waiting", ask = "question", reason = "it asks for permission" },
      { state = "waiting", ask = "message", reason = "it asks for attention" },
    },
    AfterAgent = {
      { when = { without_answer = "true" } }, -- also called when the turn failed: its screen tells
      { state = "idle", reason = "it finished its turn" },
    },
  },
}
