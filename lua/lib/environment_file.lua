--- Files of variables: one NAME=VALUE a line, `#` for comments, `export` in front and quotes around are taken off. Nothing is
--- expanded or run.

--- Reads a file. Returns {NAME = value}, and a list of the lines that say nothing: {line, text} each.
return function(path)
  local text = fs.read(path)
  local variables, wrong, number = {}, {}, 0
  for line in ((text or "") .. "\n"):gmatch("(.-)\r?\n") do
    number = number + 1
    local name, value = line:match("^%s*([%a_][%w_]*)%s*=%s*(.-)%s*$")
    if not name then name, value = line:match("^%s*export%s+([%a_][%w_]*)%s*=%s*(.-)%s*$") end
    if name then
      variables[name] = value:match('^"(.*)"$') or value:match("^'(.*)'$") or value
    elseif line:find("%S") and not line:find("^%s*#") then
      wrong[#wrong + 1] = { line = number, text = line }
    end
  end
  return variables, wrong
end
