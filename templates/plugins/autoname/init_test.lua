describe("autoname", function()
  it("takes what a prompt is about", function()
    local from_prompt = plugin.module.from_prompt
    expect(from_prompt("Please fix the login page, it is broken on phones")).to_be("fix the login page")
    expect(from_prompt("Could you `rename` the parser?\nAnd more")).to_be("rename the parser")
    expect(from_prompt("one two three four five six seven eight nine ten")).to_be("one two three four five six")
    expect(from_prompt(("ü"):rep(40))).to_be(("ü"):rep(16))
    expect(from_prompt("please")).to_be_nil()
    expect(from_prompt(" \n ")).to_be_nil()
  end)

  it("takes the end of a branch", function()
    local from_branch = plugin.module.from_branch
    expect(from_branch("feature/faster-search")).to_be("faster search")
    expect(from_branch("botster-issue-12")).to_be("issue 12")
    expect(from_branch("main")).to_be("main")
  end)

  it("names an agent, and its branch when none was asked for", function()
    local agent = run_command("create_agent", { prompt = "Please make the tests faster.", command = "cat" })
    expect(agent.name).to_be("make the tests faster")
    expect(agent.branch_name).to_be("make-the-tests-faster")
  end)

  it("leaves alone what has a name", function()
    local agent = run_command("create_agent", { name = "mine", branch = "b/c", prompt = "do it", command = "cat" })
    expect(agent.name).to_be("mine")
    expect(agent.branch_name).to_be("b/c")
  end)

  it("names an agent without a prompt after its branch", function()
    expect(run_command("create_agent", { branch = "feature/faster-search", command = "cat" }).name).to_be("faster search")
  end)
end)
