// Random bytes through what takes bytes, random strings through what takes paths and names, in a hub with everything real.
// BOTSTER_RANDOM_SEED takes others.
import { createServer } from 'node:http'
import { expect, test } from 'vitest'
import { WebSocketServer } from 'ws'
import { makeWorld } from '../hub/lua/world.ts'
import { listen } from './support/server.ts'

const SEED = Number(process.env.BOTSTER_RANDOM_SEED ?? 1)
/** Strings a function. */
const STRINGS = 120

/** `some_bytes()`: any bytes. `some_name()`: what a person, a file or an attacker may call something. */
const SOME = `
  local function some_bytes()
    local parts = {}
    for i = 1, math.random(0, 200) do parts[i] = string.char(math.random(0, 255)) end
    return table.concat(parts)
  end
  local odd = { "", ".", "..", "../..", "-rf", "--help", "a b", "a\\nb", "a\\0b", "~", "~root", "*", "$(id)", "\`id\`", "a/../b",
    "\\xff\\xfe", "日本", "é", ("x"):rep(300), ("y/"):rep(80), "@{-1}", "HEAD", "refs/heads/x", ".lock", "a..b", ":(top)" }
  local function some_name()
    if math.random(3) == 1 then return some_bytes() end
    local name = odd[math.random(#odd)]
    return math.random(2) == 1 and name or name .. odd[math.random(#odd)]
  end
`

/** What is called with each string; \`s\` is the string, \`p\` a path in a directory of the test's own. */
const CALLS: Record<string, string> = {
  'io.open for reading': 'local f = io.open(p); if f then f:read("a"); f:close() end',
  'io.open for writing':
    'local f = io.open(p, "wb"); if f then assert(f:write(s)); f:close(); local r = assert(io.open(p, "rb")); assert(r:read("a") == s, "other bytes came back"); r:close() end',
  'io.lines': 'for _ in io.lines(p) do end',
  'os.remove': 'os.remove(p)',
  'os.rename': 'os.rename(p, p .. "x")',
  'os.getenv': 'os.getenv(s)',
  'fs.write': 'if fs.write(p, s) then assert(fs.read(p) == s, "other bytes came back") end',
  'fs.resolve_safe':
    'local found = fs.resolve_safe(root, s); assert(not found or found == root or found:sub(1, #root + 1) == root .. "/", "it left the root")',
  'watch.directory': 'local id = watch.directory(p, { poll = true }, function() end); if id then watch.stop(id) end',
  'worktree.find': 'worktree.find(s)',
  'worktree.status': 'worktree.status(p)',
  'worktree.delete':
    'local made = fs.write(p, "work"); worktree.delete(p); assert(not made or fs.exists(p), "it deleted what is no worktree")',
  'worktree.copy_from_patterns': 'worktree.copy_from_patterns(root, root .. "/to", p)',
  'worktree.exclusive_commits': 'worktree.exclusive_commits(s)',
  'pty.spawn in a directory':
    'local t = pty.spawn{ cmd = { "/bin/true" }, cwd = p }; if t then t:kill(0); t:release() end',
  secrets:
    'if secrets.set("fuzz", s, s) then assert(secrets.get("fuzz", s) == s, "another secret came back"); secrets.delete("fuzz", s) end',
  config: 'if config.set("fuzz", s) then assert(config.get("fuzz") == s, "another setting came back") end',
  events:
    'local got; local id = events.on(s, function(data) got = data end); events.emit(s, s); events.off(id); assert(got == s, "another event came")',
  json: 'local text = json.encode(s); if text then assert(json.decode(text) == s, "another string came back") end',
  require: 'require(s)',
  'loader.load_plugin': 'loader.load_plugin(p, s)',
  commands:
    'commands.has(s); commands.dispatch({ id = "x", send = function() end }, nil, { type = "fs:read", path = s })',
  'http.post': 'local r = assert(http.post(url, { body = s })); assert(r.body == s, "another body came back")',
  'http.get': 'http.get(url .. "/" .. s)',
}
/** Those that start a process or ask a server each time. */
const SLOW = /^(http|worktree|pty|secrets)/

test('Random bytes and names through every module of the hub end in a value or a named error, and in nothing else', {
  timeout: 180_000,
}, async () => {
  await using world = await makeWorld()
  const server = createServer((request, response) => request.pipe(response))
  await using listening = await listen(server)
  const root = `${world.repository.directory}/fuzz`
  await world.eval(`assert(fs.mkdir(${JSON.stringify(root)}))`)
  const problems: unknown[] = []
  for (const [name, call] of Object.entries(CALLS)) {
    const answer = await world.eval<{ count: number; wrong: unknown }>(`
      math.randomseed(${SEED})
      local root, url = ${JSON.stringify(root)}, ${JSON.stringify(listening.url)}
      ${SOME}
      local count, wrong = 0, {}
      for i = 1, ${SLOW.test(name) ? Math.ceil(STRINGS / 5) : STRINGS} do
        local s = some_name()
        local p = root .. "/" .. s
        if ${/\bp\b/.test(call) ? 'not s:find("..", 1, true)' : 'true'} then -- what is not the test's own stays untouched
          local ok, err = pcall(function() ${call} end)
          local text = tostring(err)
          if not ok and (text:find("came back", 1, true) or text:find("it left", 1, true) or text:find("it deleted", 1, true)
            or text:find("table: 0x", 1, true) or text == "nil" or text == "") then
            wrong[#wrong + 1] = { ("%q"):format(s), text }
          end
          count = count + 1
        end
        if i % 20 == 0 then runtime.sleep(0) end
      end
      return { count = count, wrong = wrong }`)
    expect(answer.count, name).toBeGreaterThan(5)
    if (Array.isArray(answer.wrong) && answer.wrong.length > 0) problems.push([name, SEED, answer.wrong])
  }
  expect(problems).toEqual([])
  expect(await world.eval('return hub.server_id()')).toBe(world.hub.id)
  expect((await world.repository.git(['status', '--porcelain'])).toString()).toBe('')
})

test('Random bytes come back from a WebSocket as they were sent', async () => {
  await using world = await makeWorld()
  const server = createServer()
  const sockets = new WebSocketServer({ server })
  sockets.on('connection', (socket) =>
    socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary })),
  )
  await using listening = await listen(server)
  const answer = await world.eval(`
    math.randomseed(${SEED})
    ${SOME}
    local came, opened, wrong = {}, false, 0
    local id = assert(websocket.connect(${JSON.stringify(listening.url.replace('http', 'ws'))}, {
      on_open = function() opened = true end,
      on_message = function(message) came[#came + 1] = message end,
    }))
    while not opened do runtime.sleep(0.01) end
    local sent = {}
    for i = 1, 200 do
      sent[i] = some_bytes()
      assert(websocket.send(id, sent[i], true))
    end
    while #came < #sent do runtime.sleep(0.01) end
    for i, message in ipairs(sent) do if came[i] ~= message then wrong = wrong + 1 end end
    websocket.close(id)
    return { #came, wrong }`)
  for (const socket of sockets.clients) socket.terminate()
  expect(answer, `BOTSTER_RANDOM_SEED=${SEED}`).toEqual([200, 0])
})
