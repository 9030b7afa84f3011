--- The texts of several lists, each once, sorted.

return function(lists)
  local seen, distinct = {}, {}
  for _, texts in ipairs(lists) do
    for _, text in ipairs(texts) do
      if not seen[text] then distinct[#distinct + 1] = text end
      seen[text] = true
    end
  end
  table.sort(distinct)
  return distinct
end
