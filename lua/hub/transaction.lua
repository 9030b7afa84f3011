--- What makes loading a module all or nothing. While a module loads, what it registers and what it removes is only
--- noted; it takes effect at once when everything has succeeded, and not at all when something failed.
---
--- Each load of a module has an owner of its own ("lib.agent", then "lib.agent~2", …), so that old and new exist beside
--- each other until the new one is sure. Protected, as the registries built on it are.

local transaction = {}

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

--- Forgets the noted changes, undoes what could not wait (newest first), and closes what was opened meanwhile. `waited`:
--- whether others may have run since it began.
function transaction.rollback(tx, waited)
  open[tx.owner] = nil
  runtime.load_ended(tx.owner, false)
  local newest_first = {}
  for i = #tx.undo, 1, -1 do newest_first[#newest_first + 1] = tx.undo[i] end
  run_all(tx, newest_first, waited)
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

--- Notes how to undo a change that could not wait: `undo(waited)`, where `waited` says whether others may have run since
--- the load began. Returns false, without noting it, when no load is under way.
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

--- Puts primitives with ids under this rule: those named in `add` return an id, those in `remove` take one. Removing what
--- an earlier load made waits for the success of this one.
function transaction.guard_ids(primitive, add, remove)
  local ids = {} -- one for each kind of id: connections and channels have numbers of their own
  for _, name in ipairs(add) do
    local original = primitive[name]
    primitive[name] = function(...)
      local tx = transaction.loading()
      local id, message, err = original(...)
      if tx and id ~= nil then
        tx.made[ids] = tx.made[ids] or {}
        tx.made[ids][id] = true
      end
      return id, message, err
    end
  end
  for _, name in ipairs(remove) do
    local original = primitive[name]
    primitive[name] = function(id, ...)
      local tx = transaction.loading()
      local made = tx and tx.made[ids]
      if not tx or id == nil or made and made[id] then return original(id, ...) end
      local more = table.pack(...)
      tx.changes[#tx.changes + 1] = function() original(id, table.unpack(more, 1, more.n)) end
      return true
    end
  end
end

--- Puts primitives that take a callback as argument number `position` under this rule: until the load has succeeded the
--- callback is not called.
function transaction.guard_callbacks(primitive, names, position)
  for _, name in ipairs(names) do
    local original = primitive[name]
    primitive[name] = function(...)
      local tx, args = transaction.loading(), table.pack(...)
      local callback = args[position]
      if not tx or type(callback) ~= "function" then return original(...) end
      local live = false
      transaction.apply(function() live = true end)
      args[position] = function(...)
        if live then return callback(...) end
      end
      return original(table.unpack(args, 1, args.n))
    end
  end
end

--- Puts primitives that register a callback, one for each module, under this rule.
function transaction.guard_registrations(primitive, names)
  for _, name in ipairs(names) do
    local original = primitive[name]
    primitive[name] = function(callback, ...)
      if type(callback) ~= "function" then return original(callback, ...) end -- which says what is wrong
      local more = table.pack(...)
      transaction.apply(function() original(callback, table.unpack(more, 1, more.n)) end)
    end
  end
end

--- Runs each, and reports one that fails: the others belong to the same whole.
function run_all(tx, functions, ...)
  for _, fn in ipairs(functions) do
    local ok, err = pcall(fn, ...)
    if not ok then runtime.report(tx.name, tostring(err)) end
  end
end

return transaction
