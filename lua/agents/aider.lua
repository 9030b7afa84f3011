--- aider, which is a line-based program: what counts is where the cursor stands.

return {
  name = "aider",
  programs = { "aider" },
  input = { prompt = { "^%l*%s?%l*>$", "^%l*%s?%l*> " }, at_cursor = true },
  rules = {
    {
      id = "confirmation",
      state = "waiting",
      region = "cursor",
      any = { "%(Y%)es/%(N%)o.*: ?$", "%[Yes%]: ?$", "%[No%]: ?$", "%(y/n%) ?$", "%[y/N%]:? ?$" },
      question = { "^(.-%?)", "^(.*)" },
      confidence = 0.96,
      reason = "it asks yes or no",
    },
    {
      id = "key",
      state = "waiting",
      region = "cursor",
      any = { "API key:? ?$", "Login to OpenRouter.*%? ?" },
      question = { "^(.*)" },
      confidence = 0.85,
      reason = "it asks for something",
    },
    {
      id = "waiting-for-model",
      state = "working",
      region = "last",
      any = { "Waiting for %S+", "^{░|█}", "Updating repo map", "Scanning repo" },
      confidence = 0.92,
      reason = "it waits for the model",
    },
    {
      id = "error",
      state = "failed",
      region = "transcript",
      raw = true,
      any = { "^litellm%.%a+Error", "^The API provider has refused", "^The API provider has rate limited" },
      none = { "^Retrying in " },
      confidence = 0.8,
      reason = "its last turn ended with an error",
    },
    {
      id = "retrying",
      state = "working",
      region = "last",
      any = { "^Retrying in %d" },
      confidence = 0.85,
      reason = "it tries again",
    },
    {
      id = "prompt",
      state = "idle",
      region = "input",
      any = { ">" },
      confidence = 0.85,
      reason = "the cursor stands at its prompt",
    },
  },
  reports = {
    -- aider --notifications --notifications-command "botster hook aider notification"
    notification = { state = "idle", reason = "it wants its user" },
  },
}
