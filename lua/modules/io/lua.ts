/** The part of `io` that is Lua: file objects, formats, iterators, and the default files of each owner. */
export const IO_LUA = `
local io = ...
local raw = {}
for _, name in ipairs({
  'open', 'popen', 'tmpfile', 'read_one', 'write_bytes', 'flush_file', 'seek_file', 'buffer_file', 'close_file',
  'drop_file', 'is_open', 'name_of', 'open_count', 'whose',
}) do
  raw[name], io[name] = io[name], nil
end
local error, type, select, tonumber, tostring = error, type, select, tonumber, tostring
local pairs, setmetatable, collectgarbage, math_type = pairs, setmetatable, collectgarbage, math.type
local concat, pack, unpack = table.concat, table.pack, table.unpack

local FEW = 64                                    -- open files that nobody minds

local methods = {}
local FILE = { __name = 'FILE*', __index = methods }
local numbers = setmetatable({}, { __mode = 'k' })  -- file → number
local living = setmetatable({}, { __mode = 'v' })   -- number → file, while a script still has it
local maybe_open = {}                               -- number → true
local most = FEW

-- Closes files that were opened and never closed, once no script can reach them any more.
local function sweep()
  collectgarbage()
  for number in pairs(maybe_open) do
    if living[number] == nil then raw.drop_file(number) end
    if not raw.is_open(number) then maybe_open[number] = nil end
  end
  local left = raw.open_count()
  most = left * 2 > FEW and left * 2 or FEW
end

local function wrap(number, message, err)
  if number == nil then return nil, message, err end
  local file = setmetatable({}, FILE)
  numbers[file], living[number], maybe_open[number] = number, file, true
  return file
end

local function opened(open, ...)
  if raw.open_count() >= most then sweep() end
  return wrap(open(...))
end

local function number_of(file, name, level)
  local number = numbers[file]
  if number then return number end
  local got = file == nil and 'no value' or type(file)
  error("bad argument #1 to '" .. name .. "' (file expected, got " .. got .. ')', level or 3)
end

local function check_open(number, level)
  if not raw.is_open(number) then error('attempt to use a closed file', level or 3) end
  return number
end

-- One format of read: a number of bytes, or a letter, with or without the star of older versions.
local function format_of(format, at, name)
  if math_type(format) == 'integer' and format >= 0 then return format end
  if type(format) == 'string' then
    local letter = format:match('^%*?([nlLa])')
    if letter then return letter end
  end
  error("bad argument #" .. at .. " to '" .. name .. "' (invalid format)", 4)
end

local function read_formats(number, name, ...)
  local count = select('#', ...)
  if count == 0 then return raw.read_one(number, 'l') end
  local results = {}
  for i = 1, count do
    local format = format_of(select(i, ...), i, name)
    local value, message, err = raw.read_one(number, format)
    if format == 'n' and value then value = tonumber(value) end
    results[i] = value
    if value == nil then
      if message then return nil, message, err end
      return unpack(results, 1, i)
    end
  end
  return unpack(results, 1, count)
end

local function iterator(file, name, formats, closes)
  local number = numbers[file]
  return function()
    if not raw.is_open(number) then error('file is already closed', 2) end
    local results = pack(read_formats(number, name, unpack(formats, 1, formats.n)))
    if results[1] == nil then
      if results[2] then error(results[3] or results[2], 0) end
      if closes then file:close() end
    end
    return unpack(results, 1, results.n)
  end
end

function methods:read(...)
  return read_formats(check_open(number_of(self, 'file:read')), 'file:read', ...)
end

function methods:lines(...)
  check_open(number_of(self, 'file:lines'))
  return iterator(self, 'file:lines', pack(...))
end

function methods:write(...)
  local number = check_open(number_of(self, 'file:write'))
  local count = select('#', ...)
  local parts = { ... }
  for i = 1, count do
    local part = parts[i]
    if type(part) == 'number' then parts[i] = tostring(part)
    elseif type(part) ~= 'string' then
      error("bad argument #" .. i .. " to 'file:write' (string expected, got " .. type(part) .. ')', 2)
    end
  end
  local ok, message, err = raw.write_bytes(number, count == 1 and parts[1] or concat(parts, '', 1, count))
  if ok then return self end
  return nil, message, err
end

local function check_argument(ok, at, name, expected, value)
  if not ok then
    error("bad argument #" .. at .. " to '" .. name .. "' (" .. expected .. " expected, got " .. type(value) .. ')', 3)
  end
end

function methods:seek(whence, offset)
  local number = check_open(number_of(self, 'file:seek'))
  whence, offset = whence == nil and 'cur' or whence, offset == nil and 0 or offset
  check_argument(type(whence) == 'string', 1, 'file:seek', 'string', whence)
  check_argument(math_type(offset) == 'integer', 2, 'file:seek', 'integer', offset)
  return raw.seek_file(number, whence, offset)
end

function methods:setvbuf(mode, size)
  local number = check_open(number_of(self, 'file:setvbuf'))
  check_argument(type(mode) == 'string', 1, 'file:setvbuf', 'string', mode)
  check_argument(size == nil or math_type(size) == 'integer', 2, 'file:setvbuf', 'integer', size)
  return raw.buffer_file(number, mode, size or 0)
end

function methods:flush()
  local ok, message, err = raw.flush_file(check_open(number_of(self, 'file:flush')))
  if ok then return self end
  return nil, message, err
end

function methods:close()
  return raw.close_file(check_open(number_of(self, 'file:close')))
end

function FILE.__close(file)
  local number = numbers[file]
  if raw.is_open(number) then raw.close_file(number) end
end

function FILE.__tostring(file)
  local number = numbers[file]
  return number and 'file (' .. (raw.is_open(number) and raw.name_of(number) or 'closed') .. ')' or 'FILE*'
end

io.stdin, io.stdout, io.stderr = wrap(1), wrap(2), wrap(3)

-- Each owner has default files of its own: what one plugin sets is not what another one reads.
local inputs, outputs = {}, {}

local function input() return inputs[raw.whose()] or io.stdin end
local function output() return outputs[raw.whose()] or io.stdout end

function io.open(...) return opened(raw.open, ...) end
function io.popen(...) return opened(raw.popen, ...) end
function io.tmpfile() return opened(raw.tmpfile) end

function io.type(value)
  local number = numbers[value]
  if not number then return nil end
  return raw.is_open(number) and 'file' or 'closed file'
end

local function default(files, current, file, mode, name)
  if file == nil then return current() end
  if type(file) == 'string' then
    local message, err
    file, message, err = opened(raw.open, file, mode)
    if not file then error(err, 0) end
  else
    number_of(file, name, 4)
  end
  files[raw.whose()] = file
  return file
end

function io.input(file) return default(inputs, input, file, 'r', 'io.input') end
function io.output(file) return default(outputs, output, file, 'w', 'io.output') end

function io.read(...)
  return read_formats(check_open(numbers[input()]), 'io.read', ...)
end

function io.write(...)
  return output():write(...)
end

function io.close(file)
  return (file == nil and output() or file):close()
end

function io.lines(path, ...)
  if path == nil then return iterator(input(), 'io.lines', pack(...)) end
  if type(path) ~= 'string' and type(path) ~= 'number' then
    error("bad argument #1 to 'io.lines' (string expected, got " .. type(path) .. ")", 2)
  end
  local file, message, err = opened(raw.open, path, 'r')
  if not file then error(err, 0) end
  return iterator(file, 'io.lines', pack(...), true), nil, nil, file
end
`
