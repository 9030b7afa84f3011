--- What makes loading a module all or nothing. While a module loads, what it registers and what it removes is only noted;
--- it takes effect at once when everything has succeeded, and not at all when something failed.
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

local current, run_all

--- The module an owner belongs to: "lib.agent" for "lib.agent~2".
function transaction.base(owner)
  return (owner:gsub("~%d+$", ""))
end

--- A registry's function `drop(owner)`, called when an owner is released.
function transaction.registry(drop)
  registries[#registries + 1] = drop
end

--- Begins loading the module `name`. What runs as the returned transaction's `owner` is part of it.
function transaction.begin(name)
  local generation = (generations[name] or 0) + 1
  generations[name] = generation
  local owner = generation == 1 and name or name .. "~" .. generation
  local tx = { name = name, owner = owner, changes = {}, undo = {}, made = {} }
  open[owner] = tx
  return tx
end

--- Makes the noted changes, in order. To be called as the transaction's owner; then `finish` with the owner before it.
function transaction.commit(tx)
  open[tx.owner] = nil
  run_all(tx.changes, 1, #tx.changes, 1, tx.name)
end

--- Forgets the noted changes and undoes what could not wait, newest first.
function transaction.rollback(tx)
  open[tx.owner] = nil
  run_all(tx.undo, #tx.undo, 1, -1, tx.name)
  transaction.release(tx.owner)
end

--- Removes everything an owner registered, and cancels what it still runs.
function transaction.release(owner)
  for _, drop in ipairs(registries) do drop(owner) end
  runtime.release(owner)
end

--- Makes a change to a registry: now, or when the load that is under way has succeeded.
function transaction.apply(change)
  local tx = current()
  if tx then
    tx.changes[#tx.changes + 1] = change
  else
    change()
  end
end

--- Registers `undo` in case the load under way fails. Returns false, without registering, when none is under way.
function transaction.on_rollback(undo)
  local tx = current()
  if not tx then return false end
  tx.undo[#tx.undo + 1] = undo
  return true
end

--- Puts a primitive under this rule. Functions in `add` return an id; functions in `remove` take one. During a load a
--- removal waits for its success, unless the id was made by the same load.
function transaction.guard(primitive, add, remove)
  local made_by = {} -- functions cannot be table keys of a transaction that outlives them: one set per primitive
  for _, name in ipairs(add) do
    local original = primitive[name]
    primitive[name] = function(...)
      local id = original(...)
      local tx = current()
      if tx and id ~= nil then
        made_by[tx.owner] = made_by[tx.owner] or {}
        made_by[tx.owner][id] = true
      end
      return id
    end
  end
  for _, name in ipairs(remove) do
    local original = primitive[name]
    primitive[name] = function(id, ...)
      local tx = current()
      if not tx or (made_by[tx.owner] and made_by[tx.owner][id]) then return original(id, ...) end
      tx.changes[#tx.changes + 1] = function() original(id) end
      return true
    end
  end
end

function current()
  return open[runtime.owner()]
end

function run_all(functions, from, to, step, name)
  for i = from, to, step do
    local ok, err = xpcall(functions[i], runtime.describe)
    if not ok then runtime.report(name, err) end
  end
end

return transaction
