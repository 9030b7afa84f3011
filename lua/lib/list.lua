--- Lists that stay lists when they are empty: outside Lua an empty table would be taken for one with names.

--- Makes `items` (a table with positions, or nothing) a list for messages to clients.
return function(items)
  local list = json.decode("[]")
  for i, item in ipairs(items or {}) do list[i] = item end
  return list
end
