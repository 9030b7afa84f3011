--- A shell. Prompt marks (OSC 133) and what runs in its foreground say more than its screen.

local OWN = {
  {
    id = "pager",
    state = "waiting",
    region = "last",
    any = { "^%(END%)$", "^:$", "^%-%-More%-%-" },
    question = { "^(.*)" },
    confidence = 0.75,
    reason = "a pager is open",
  },
  {
    id = "prompt",
    state = "idle",
    region = "cursor",
    any = { "[%$#%%] $", "^{❯|➜|λ|»|›} ?$", "{❯|➜|λ|»} $" },
    confidence = 0.7,
    reason = "the cursor stands at a prompt",
  },
}

--- What any program may ask comes first.
local rules = {}
for _, list in ipairs({ require("agents.any").rules, OWN }) do table.move(list, 1, #list, #rules + 1, rules) end

return {
  name = "shell",
  programs = { "sh", "bash", "zsh", "fish", "dash", "ksh", "mksh", "ash", "nu" },
  rules = rules,
}
