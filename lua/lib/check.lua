--- Checks what clients send: a wrong field is their mistake, to be answered and not to be reported as an error of ours.

local MOST_ROWS, MOST_COLS = 1000, 2000

local fits = {}

function fits.text(value) return type(value) == "string" and not value:find("\0") end
function fits.boolean(value) return type(value) == "boolean" end
function fits.table(value) return type(value) == "table" end
function fits.rows(value) return math.type(value) == "integer" and value >= 1 and value <= MOST_ROWS end
function fits.cols(value) return math.type(value) == "integer" and value >= 1 and value <= MOST_COLS end
function fits.reference(value) return fits.text(value) or math.type(value) == "integer" end

--- Text for the user's shell, or a list of a program and its arguments.
function fits.command(value)
  if type(value) ~= "table" then return fits.text(value) end
  for _, part in ipairs(value) do
    if not fits.text(part) then return false end
  end
  return #value > 0
end

local expected = {
  text = "text",
  boolean = "true or false",
  table = "a table",
  rows = ("a whole number from 1 to %d"):format(MOST_ROWS),
  cols = ("a whole number from 1 to %d"):format(MOST_COLS),
  reference = "text or a number",
  command = "text or a list of texts",
}

--- Checks the fields of a table that are there against their kinds, {field = kind}. Returns true, or nil, message, err.
return function(fields, kinds)
  for name, kind in pairs(kinds) do
    local value = fields[name]
    if value ~= nil and not fits[kind](value) then
      return nil, ("%s: expected %s, got a %s"):format(name, expected[kind], type(value)), { kind = "bad_request" }
    end
  end
  return true
end
