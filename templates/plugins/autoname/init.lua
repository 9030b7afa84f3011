--- autoname: gives agents that were given no name one from their first prompt, else from their branch.
---
--- "Please fix the login page, it is broken on phones" becomes "fix the login page", and, when no branch was asked for, the
--- branch fix-the-login-page. The branch feature/faster-search becomes "faster search".

local NAME = "autoname"
--- Characters that a list of agents has room for.
local MOST = 32
--- Words that say nothing at the beginning of a prompt.
local POLITE = { please = true, can = true, could = true, you = true, would = true, hi = true, hello = true, hey = true }

--- The first words of a prompt's first sentence that say what it is about; nil when it has none.
local function from_prompt(prompt)
  local line = prompt:match("^%s*([^\n]+)")
  local sentence = line and (line:match("^(.-)[.,;:!?]%s") or line:gsub("[.,;:!?]+$", "")) or ""
  local words, length = {}, 0
  for word in sentence:gmatch("%S+") do
    local bare = word:gsub("%c", ""):gsub("^[\"'`(]+", ""):gsub("[\"'`)]+$", "")
    local says_nothing = #words == 0 and POLITE[bare:lower()]
    if bare ~= "" and not says_nothing then
      if #words > 0 and length + 1 + #bare > MOST then break end
      words[#words + 1] = bare
      length = length + 1 + #bare
    end
  end
  local name = table.concat(words, " ")
  if #name > MOST then name = name:sub(1, utf8.offset(name, 0, MOST + 1) - 1) end
  return name ~= "" and name or nil
end

--- feature/faster-search → "faster search", botster-issue-12 → "issue 12".
local function from_branch(branch)
  local last = branch:match("[^/]+$") or branch
  local words = last:gsub("^botster%-", ""):gsub("[-_]+", " "):gsub("^%s+", ""):gsub("%s+$", "")
  return words ~= "" and words or nil
end

hooks.intercept("before_agent_create", NAME, function(options)
  if options.name then return options end
  if options.prompt and options.prompt ~= "" then options.name = from_prompt(options.prompt) end
  local branch = options.branch or options.issue_or_branch
  if not options.name and branch and branch ~= "" then options.name = from_branch(tostring(branch)) end
  return options
end)

return {
  from_prompt = from_prompt,
  from_branch = from_branch,
  _plugin = {
    version = "1.0.0",
    description = "Names agents after their first prompt or their branch",
    requires = { botster = ">= 0.1" },
  },
}
