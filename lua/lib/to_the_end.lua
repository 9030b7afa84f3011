--- Runs what must not stop half-way (a worktree made, an agent's record not) to its end as the hub's own, also when whoever
--- asked for it is reloaded meanwhile: a plugin that is saved, a tool that is.

--- Calls `fn(...)`, waits, and returns what it returns. What it raises is raised here, as text.
local function to_the_end(fn, ...)
  local given, outcome, failed = table.pack(...), nil, nil
  local function work()
    outcome = table.pack(fn(table.unpack(given, 1, given.n)))
    events.emit("hub_work_ended")
  end
  runtime.start("hub", work, nil, function(err)
    failed = err
    events.emit("hub_work_ended")
  end)
  while not outcome and not failed do events.wait("hub_work_ended") end
  if failed then error(failed.message, 0) end
  return table.unpack(outcome, 1, outcome.n)
end

return to_the_end
