--- Your own beginning: the hub runs this file when it starts, before the plugins, and again whenever you save it.
---
--- What there is: docs/lua. What happens when: docs/lua/hooks.md. What belongs together is better off in a plugin, which can
--- be tested and switched off: `botster plugin new NAME`.

--- Every agent gets this in its environment.
hooks.intercept("filter_agent_env", "user", function(env, agent)
  env.EDITOR = env.EDITOR or "vi"
  return env
end)

--- A command of your own: it is in the palette of the UI (ctrl+p).
commands.register("my:agents", function()
  return { count = #records.agents() }
end, { description = "How many agents there are" })
