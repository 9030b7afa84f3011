describe("git-line", function()
  it("counts what git says", function()
    expect(plugin.module.parse(table.concat({
      "# branch.oid 1234",
      "# branch.head feature/x",
      "# branch.upstream origin/feature/x",
      "# branch.ab +2 -1",
      "1 M. N... 100644 100644 100644 a b staged.txt",
      "1 .M N... 100644 100644 100644 a b changed.txt",
      "2 RM N... 100644 100644 100644 a b R100 new.txt\told.txt",
      "u UU N... 100644 100644 100644 100644 a b c both.txt",
      "? new file.txt",
    }, "\n"))).to_equal({
      branch = "feature/x", ahead = 2, behind = 1, staged = 2, changed = 2, conflicts = 1, untracked = 1,
    })
  end)

  it("follows the worktree of an agent", function()
    local agent = run_command("create_agent", { branch = "topic", command = "cat" })
    local known = plugin.module.known
    wait_until(function() return known[agent.id] end, "the first look")
    expect(known[agent.id].branch).to_be("topic")
    expect(known[agent.id].untracked).to_be(0)
    fs.write(agent.worktree_path .. "/new.txt", "x")
    hooks.notify("pty_prompt", { agent_id = agent.id, mark = "A" })
    wait_until(function() return known[agent.id].untracked == 1 end, "the new file")
    run_command("delete_agent", { agent = agent.id })
    wait_until(function() return known[agent.id] == nil end, "its end")
  end)
end)
