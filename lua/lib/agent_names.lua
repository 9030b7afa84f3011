--- What agents and their branches are called.

local agent_names = {}

local MOST_NAME_BYTES = 200

local printable

--- The branch that `issue_or_branch` means: a bare number N stands for the branch botster-issue-N.
function agent_names.branch(issue_or_branch)
  if issue_or_branch == nil or issue_or_branch == "" then return nil end
  local text = tostring(issue_or_branch)
  if text:find("^%d+$") then return "botster-issue-" .. text end
  return text
end

--- A branch for an agent that was given none.
function agent_names.new_branch(name, id)
  local words = name and name:lower():gsub("[^%w._-]+", "-"):gsub("^[-.]+", ""):gsub("[-.]+$", "")
  if words and words ~= "" then return words end
  return "agent-" .. id:sub(1, 6)
end

--- The key wanted for an agent: repository and branch (or name), with `/` → `-`.
function agent_names.key(repo, part)
  local key = part and part ~= "" and repo .. "-" .. part or repo
  return (key:gsub("[/%s]+", "-"))
end

--- A name as people may give it, or nil and what is wrong with it.
function agent_names.check(name)
  if type(name) ~= "string" then return nil, ("a name is text, not a %s"):format(type(name)) end
  local trimmed = printable(name)
  if trimmed == "" then return nil, "a name needs at least one character" end
  if #trimmed > MOST_NAME_BYTES then return nil, ("a name has at most %d bytes"):format(MOST_NAME_BYTES) end
  return trimmed
end

function printable(text)
  return (text:gsub("%c", " "):gsub("^%s+", ""):gsub("%s+$", ""))
end

return agent_names
