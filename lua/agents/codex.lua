--- OpenAI's Codex CLI.

return {
  name = "codex",
  programs = { "codex" },
  --- The composer is the last line that begins with `›` (`▌` in older versions, which is taken for a border).
  input = { prompt = { "^›$", "^› ", "^Ask Codex to do anything" }, placeholder = { "^Ask Codex to do anything" } },
  rules = {
    {
      id = "approval",
      state = "waiting",
      region = "dialog",
      all = { "^{›|>|❯} ?%d+%. ", "^%d+%. " },
      any = { "^Would you like to .*%?", "^Do you want to .*%?", "^Allow command", "^Allow .*%?" },
      question = { "^(Would you like to .*)", "^(Do you want to .*)", "^(Allow .*)" },
      confidence = 0.98,
      reason = "it asks for approval",
    },
    {
      id = "old-approval",
      state = "waiting",
      region = "bottom",
      any = { "^Allow command%?$", "^Apply changes%?$" },
      all = { "Yes +Always +No" },
      question = { "^(Allow command%?)", "^(Apply changes%?)" },
      confidence = 0.95,
      reason = "it asks for approval",
    },
    {
      id = "menu",
      state = "waiting",
      region = "dialog",
      all = { "^{›|>|❯} ?%d+%. ", "^%d+%. " },
      question = { "^(.+%?)$", "^(Hooks need review)", "^(Trust this folder%?)", "^(Select .*)", "^(Choose .*)", "Update available" },
      confidence = 0.92,
      reason = "a menu is open",
    },
    {
      id = "continue",
      state = "waiting",
      region = "dialog",
      any = { "^Press [Ee]nter to continue", "^Finish signing in via your browser" },
      question = { "^(Press [Ee]nter .*)", "^(Finish signing in.*)" },
      confidence = 0.9,
      reason = "it waits for a key",
    },
    {
      id = "working",
      state = "working",
      region = "status",
      raw = true,
      any = { "^{•|◦|▌} ?%S.*%(%d+[hms ].*[Ee]sc to interrupt%)", "^{•|◦} %S.*%(.*[Ee]sc to interrupt" },
      confidence = 0.95,
      reason = "it says that esc interrupts it",
    },
    {
      id = "error",
      state = "failed",
      region = "turn",
      raw = true,
      any = { "^■ {You've hit your|stream |unexpected status|exceeded retry|Quota exceeded|error|Error|stream disconnected}", '^■ {"error":' },
      confidence = 0.85,
      reason = "its last turn ended with an error",
    },
    {
      id = "composer",
      state = "idle",
      region = "input",
      any = { "^›", "^Ask Codex" },
      confidence = 0.88,
      reason = "its composer is open and nothing works",
    },
    {
      id = "title-action",
      state = "waiting",
      region = "title",
      any = { "^%[ [%.!] %] Action Required" },
      confidence = 0.7,
      reason = "the title says that action is required",
    },
    {
      id = "title-working",
      state = "working",
      region = "title",
      any = { "^{⠋|⠙|⠹|⠸|⠼|⠴|⠦|⠧|⠇|⠏} " },
      confidence = 0.6,
      reason = "the title turns",
    },
  },
  --- Since 0.169 one background server runs the turns of all its terminals, and calls their hooks with the environment of
  --- the one that was first.
  shared_hooks = true,
  --- Its hooks, as agents/claude.lua describes them. What it gives to `notify` is of no use: turns of its own, in which it
  --- looks for a title, are told as if they were the agent's.
  reports = {
    SessionStart = {
      { when = { source = "compact" } }, -- also in the middle of a turn
      { state = "idle", reason = "it started" },
    },
    UserPromptSubmit = { state = "working", reason = "it was given a prompt" },
    PreToolUse = { state = "working", reason = "it uses a tool" },
    PostToolUse = { state = "working", reason = "it used a tool" },
    PermissionRequest = { state = "waiting", ask = "question", reason = "it asks for approval" },
    PreCompact = { state = "working", reason = "it compacts its conversation" },
    PostCompact = {
      { when = { trigger = "manual" }, state = "idle", reason = "it compacted its conversation" },
      { state = "working", reason = "it compacted its conversation" },
    },
    Stop = { state = "idle", reason = "it finished its turn" },
  },
}
