local out = os.getenv("HOME") .. "/told"

local function told()
  return fs.read(out) or ""
end

describe("attention", function()
  before_each(function()
    fs.delete(out)
    require("hub.state").clear("attention.told")
    plugin.reload()
    config.set("attention", { command = ('echo "$STATE|$TITLE|$BODY" >> "%s"'):format(out) })
  end)

  it("tells when an agent waits, with its question", function()
    hooks.notify("agent_status", {
      agent_id = "a1", agent_key = "shop-login", state = "waiting", previous = "working", question = "May I?",
    })
    wait_until(function() return told() ~= "" end, "the message")
    expect(told()).to_be("waiting|shop-login waits for you|May I?\n")
  end)

  it("leaves alone who works, and states nobody asked for", function()
    hooks.notify("agent_status", { agent_id = "a1", agent_key = "k", state = "working", previous = "idle" })
    hooks.notify("agent_status", { agent_id = "a1", agent_key = "k", state = "done", previous = "working" })
    hooks.notify("agent_status", { agent_id = "a2", agent_key = "last", state = "failed", previous = "working" })
    wait_until(function() return told() ~= "" end, "the message")
    expect(told()).to_be("failed|last has failed|\n")
  end)

  it("says the same thing once", function()
    for _ = 1, 3 do
      hooks.notify("pty_notification", { type = "osc777", agent_id = "a1", agent_key = "k", title = "Done", body = "all" })
    end
    hooks.notify("pty_notification", { type = "osc9", agent_id = "a1", agent_key = "k", message = "another" })
    wait_until(function() return told():find("another") and told():find("Done") end, "both messages")
    local _, count = told():gsub("Done", "")
    expect(count).to_be(1)
  end)

  it("never runs what a program says", function()
    hooks.notify("pty_notification", {
      type = "osc777", agent_id = "a1", agent_key = "k", title = '"; touch ' .. out .. '.ran; "', body = "$(touch x) `touch y`",
    })
    wait_until(function() return told() ~= "" end, "the message")
    expect(fs.exists(out .. ".ran")).to_be(false)
    expect(told()).to_contain("$(touch x) `touch y`")
  end)

  it("is quiet when its command is switched off, and about bells", function()
    config.set("attention", { command = false })
    hooks.notify("agent_status", { agent_id = "a1", agent_key = "k", state = "waiting", previous = "working" })
    config.set("attention", { command = ('echo later >> "%s"'):format(out) })
    hooks.notify("pty_notification", { type = "bell", agent_id = "a3", agent_key = "k" })
    hooks.notify("agent_status", { agent_id = "a4", agent_key = "k", state = "waiting", previous = "working" })
    wait_until(function() return told() ~= "" end, "the message")
    expect(told()).to_be("later\n")
  end)
end)
