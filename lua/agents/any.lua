--- Programs nobody knows: scripts, installers, tools that ask something. Only what asks can be told from their screens; a
--- shell's detector knows it, too.

--- Lines in which a person types a command.
local PROMPTED = { "^%S*[%$#%%] ", "^%[.-%][%$#] ", "^{❯|➜|λ} " }

return {
  name = "any",
  programs = {},
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
  },
}
