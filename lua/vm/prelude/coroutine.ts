/**
 * Lua: the coroutine library, so that a primitive's wait passes through a script's own coroutines. A wait is a yield of
 * the private token; whoever resumes a coroutine and gets the token yields it on, out to the scheduler, and passes what
 * it is resumed with back in. The tail calls keep any number of waits from growing the stack.
 */
export const COROUTINE = `
local host = ...
local TOKEN, abandon, was_paused = host.token, host.abandon, host.was_paused
local create, resume, yield = coroutine.create, coroutine.resume, coroutine.yield
local status, close, isyieldable = coroutine.status, coroutine.close, coroutine.isyieldable
local error, type, setmetatable = error, type, setmetatable

-- Coroutines in which a primitive waits: suspended, but only their primitive resumes them.
local waiting = setmetatable({}, { __mode = 'k' })

local function go(co, ...)
  waiting[co] = nil
  return resume(co, ...)
end

local function pass(co, ok, tag, ...)
  -- What is paused yields nothing, and waits like one that waits for a primitive.
  if ok and (tag == TOKEN or tag == nil and was_paused()) then
    if isyieldable() then
      waiting[co] = true
      return pass(co, go(co, yield(TOKEN)))
    end
    -- Nobody out there can wait: the primitive raises instead, and what was paused goes on.
    return pass(co, resume(co, false, abandon()))
  end
  return ok, tag, ...
end

function coroutine.resume(co, ...)
  if waiting[co] then return false, 'cannot resume a coroutine that waits' end
  return pass(co, resume(co, ...))
end

local function finish(co, ok, ...)
  if ok then return ... end
  local err = ...
  if not waiting[co] and status(co) == 'dead' then
    local closed, raised = close(co)
    if not closed then err = raised end
  end
  error(err, type(err) == 'string' and 2 or 0)
end

function coroutine.wrap(f)
  local co = create(f)
  return function(...)
    if waiting[co] then error('cannot resume a coroutine that waits', 2) end
    return finish(co, pass(co, resume(co, ...)))
  end
end

function coroutine.status(co)
  if waiting[co] then return 'normal' end
  return status(co)
end

function coroutine.close(co)
  if waiting[co] then error('cannot close a coroutine that waits', 2) end
  return close(co)
end
`
