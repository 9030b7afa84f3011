--- Files are watched twice: the system tells of most changes at once, and looking at them every few seconds finds those that
--- it does not tell of. This tells a change that is news from one that was taken up already.

--- Returns a function: whether the file at a path is another than when the function was last asked of it.
return function()
  local seen = {}
  return function(path)
    local file = fs.stat(path)
    local now = file and file.exists and ("%d %.6f"):format(file.size, file.modified) or "gone"
    local before = seen[path]
    seen[path] = now
    return before ~= now
  end
end
