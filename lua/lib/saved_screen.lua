--- What terminals showed that are no more: kept on disk, so that it can be read after a reboot.

local saved_screen = {}

--- Escape sequences of the file: strings (titles, links), then the rest.
local SEQUENCES = { "\27%][^\7\27]*\7", "\27%][^\7\27]*\27\\", "\27%[[0-?]*[ -/]*[@-~]", "\27[ -/]*[0-~]" }

--- The text of an agent's session by name, or of the first, with escape sequences or without. Nil when nothing was kept.
function saved_screen.text(agent_id, name, ansi)
  for _, session in ipairs(records.sessions(agent_id)) do
    if session.name == (name or session.name) then
      local path = records.saved_history(session.id)
      local text = path and fs.read(path)
      return text and (ansi and text or saved_screen.plain(text))
    end
  end
end

--- `text` without what only a terminal understands.
function saved_screen.plain(text)
  for _, sequence in ipairs(SEQUENCES) do text = text:gsub(sequence, "") end
  return (text:gsub("\r\n", "\n"))
end

return saved_screen
