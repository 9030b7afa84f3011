--- opencode, which draws the whole screen.

return {
  name = "opencode",
  programs = { "opencode" },
  --- Behind a thick line that ends below it; the last line there names the model.
  input = { behind = "┃", ends = "╹▀", placeholder = { "^Ask anything" } },
  rules = {
    {
      id = "permission",
      state = "waiting",
      region = "bottom",
      any = { "Allow once +Allow always +Reject", "enter accept once", "^Allow +Reject" },
      question = { "(Permission required.*)", "^%$ .*" },
      confidence = 0.95,
      reason = "it asks for permission",
    },
    {
      id = "question",
      state = "waiting",
      region = "dialog",
      all = { "enter {submit|select|confirm}", "esc dismiss" },
      question = { "^(.+%?)$" },
      confidence = 0.92,
      reason = "it asks a question",
    },
    {
      id = "working",
      state = "working",
      region = "bottom",
      any = { "^ *[■⬝▪·%.]* *esc {interrupt|again to interrupt}", "working%.%.%. +esc interrupt", "{⬝|■|▪} +esc ", "^ *{⬝|■|▪}.*%[retrying " },
      confidence = 0.95,
      reason = "it says that esc interrupts it",
    },
    {
      id = "error",
      state = "failed",
      region = "screen",
      raw = true,
      any = { "^ *┃ +{AI_APICallError|ProviderAuthError|Error: Unauthorized|Too Many Requests|Insufficient}" },
      confidence = 0.8,
      reason = "its last turn ended with an error",
    },
    {
      id = "ready",
      state = "idle",
      region = "screen",
      any = { "ctrl%+p commands *$", "ctrl%+x help", "enter send", "tab +switch agent", "/help" },
      confidence = 0.85,
      reason = "its input is open and nothing works",
    },
  },
  reports = {
    ["session.idle"] = { state = "idle", reason = "it finished its turn" },
    ["session.error"] = { state = "failed", ask = "message", reason = "its turn ended with an error" },
    ["permission.asked"] = { state = "waiting", ask = "title", reason = "it asks for permission" },
    ["permission.updated"] = { state = "waiting", ask = "title", reason = "it asks for permission" },
    ["permission.replied"] = { state = "working", reason = "it was answered" },
    ["tool.execute.before"] = { state = "working", reason = "it uses a tool" },
    ["chat.message"] = { state = "working", reason = "it was given a prompt" },
  },
}
