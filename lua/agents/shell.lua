--- A shell. Prompt marks (OSC 133) and what runs in its foreground say more than its screen.

--- Lines in which a person types a command.
local PROMPTED = { "^%S*[%$#%%] ", "^%[.-%][%$#] ", "^{❯|➜|λ} " }

return {
  name = "shell",
  programs = { "sh", "bash", "zsh", "fish", "dash", "ksh", "mksh", "ash", "nu" },
  rules = {
    {
      id = "password",
      state = "waiting",
      region = "cursor",
      any = { "[Pp]assword.*: ?$", "[Pp]assphrase.*: ?$", "[Vv]erification code: ?$", "PIN: ?$" },
      none = PROMPTED,
      question = { "^(.*)" },
      confidence = 0.95,
      reason = "it asks for a secret",
    },
    {
      id = "confirmation",
      state = "waiting",
      region = "cursor",
      any = {
        "[%[%(][yY]/[nN][%]%)][%?:]? ?$", "[%[%(][yY]es/[nN]o.*[%]%)][%?:]? ?$", "[%[%(]Y/n/.*[%]%)][%?:]? ?$",
        "%(END%)$", "Press any key to continue", "%[Y/n%]", "Overwrite%? ?$",
      },
      none = PROMPTED,
      question = { "^(.*)" },
      confidence = 0.9,
      reason = "it asks for an answer",
    },
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
  },
}
