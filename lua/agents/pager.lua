--- Programs that show a text page by page: nothing goes on until somebody presses a key. They are known by the process in
--- the terminal's foreground alone, since their names are words that stand in prompts, too.

return {
  name = "pager",
  programs = { "less", "more", "most", "man" },
  foreground_only = true,
  rules = {
    {
      id = "page",
      state = "waiting",
      region = "screen",
      any = { "%S" },
      confidence = 0.75,
      reason = "a pager is open",
    },
  },
}
