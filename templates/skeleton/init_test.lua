--- Run by `botster plugin test`, in a hub of its own. Before each test the plugin is loaded anew.

describe("PLUGIN_NAME", function()
  it("greets by name", function()
    expect(run_command("PLUGIN_NAME:greet", { name = "Ann" }).greeting).to_be("hello Ann")
  end)

  it("says what it needs", function()
    local answer, message = run_command("PLUGIN_NAME:greet")
    expect(answer).to_be_nil()
    expect(message).to_contain("text expected")
  end)

  it("counts agents", function()
    local before = run_command("PLUGIN_NAME:greet", { name = "Ann" }).agents
    hooks.notify("agent_created", { name = "an agent" })
    expect(run_command("PLUGIN_NAME:greet", { name = "Ann" }).agents).to_be(before + 1)
  end)
end)
