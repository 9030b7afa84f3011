--- What makes loading a module all or nothing. While a module loads, what it registers and what it removes is only
--- noted; it takes effect at once when everything has succeeded, and not at all when something failed.
---
--- Each load of a module has an owner of its own ("lib.agent", then "lib.agent~2", …), so that old and new exist beside
--- each other until the new one is sure. Protected, as the registries built on it are.

local transaction = {}

--- Their own: what loads may give the globals other values.
local ipairs, pcall, tostring = ipairs, pcall, tostring
local runtime, owners = runtime, owners

--- Owner → the transaction that loads it.
local open = {}
--- Module → how often it was loaded.
local generations = {}
--- Functions that forget what an owner registered.
local registries = {}
--- Functions that hear of each transaction.
local beginnings = {}

local run_all

--- The module an owner belongs to: "lib.agent" for "lib.agent~2".
function transaction.base(owner)
  return (owner:gsub("~%d+$", ""))
end

--- Adds a registry: `drop(owner)` is called when an owner is released.
function transaction.registry(drop)
  registries[#registries + 1] = drop
end

--- Adds a function that is called with each transaction when its file begins to run.
function transaction.on_run(fn)
  beginnings[#beginnings + 1] = fn
end

--- Begins loading the module `name`, of which `previous` owns the version in use, if there is one. What runs as the
--- returned transaction's `owner` is part of it.
function transaction.begin(name, previous)
  local generation = (generations[name] or 0) + 1
  generations[name] = generation
  local owner = generation == 1 and name or name .. "~" .. generation
  local tx = { name = name, owner = owner, previous = previous, changes = {}, undo = {}, made = {} }
  open[owner] = tx
  runtime.load_begins(owner)
  return tx
end

--- Tells those who want to know that the file begins to run. To be called as the transaction's owner.
function transaction.run_begins(tx)
  for _, fn in ipairs(beginnings) do fn(tx) end
end

--- Makes the noted changes, in order. To be called as the transaction's owner.
function transaction.commit(tx)
  open[tx.owner] = nil
  run_all(tx, tx.changes)
  runtime.load_ended(tx.owner, true)
end

--- Forgets the noted changes, undoes what could not wait (newest first), and closes what was opened meanwhile.
function transaction.rollback(tx)
  local waits = transaction.waits(tx)
  if tx.put_globals_back then tx.put_globals_back(waits) end -- first: the rest is done with them
  open[tx.owner] = nil
  runtime.load_ended(tx.owner, false)
  local newest_first = {}
  for i = #tx.undo, 1, -1 do newest_first[#newest_first + 1] = tx.undo[i] end
  run_all(tx, newest_first, waits)
  transaction.release(tx.owner)
end

--- Removes everything an owner registered, and cancels what it still runs.
function transaction.release(owner)
  for _, drop in ipairs(registries) do drop(owner) end
  owners.release(owner)
end

--- Makes a change to a registry: now, or when the load that is under way has succeeded.
function transaction.apply(change)
  local tx = transaction.loading()
  if not tx then return change() end
  tx.changes[#tx.changes + 1] = change
end

--- How often a load has waited: others may have run each time.
function transaction.waits(tx)
  return runtime.load_waits(tx.owner)
end

--- Notes how to undo a change that could not wait: `undo(waits)`, with how often the load has waited in all. Returns false,
--- without noting it, when no load is under way.
function transaction.on_rollback(undo)
  local tx = transaction.loading()
  if not tx then return false end
  tx.undo[#tx.undo + 1] = undo
  return true
end

--- The load that runs now, or nil.
function transaction.loading()
  return open[owners.current()]
end

--- Runs each, and reports one that fails: the others belong to the same whole.
function run_all(tx, functions, ...)
  for _, fn in ipairs(functions) do
    local ok, err = pcall(fn, ...)
    if not ok then runtime.report(tx.name, tostring(err)) end
  end
end

return transaction
