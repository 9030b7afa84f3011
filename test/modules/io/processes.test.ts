import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { isAlive } from '../processes.ts'
import { ioForEachTest } from './support.ts'

const ALL_BYTES = Uint8Array.from({ length: 256 }, (_, i) => i)

const here = ioForEachTest()

describe('Processes', () => {
  test('io.popen: reads what a command writes, waiting for it without holding anybody up', async () => {
    const [order] = await here.t.run(`
      local order = {}
      local waiting = coroutine.wrap(function()
        local p = io.popen('printf "one\\ntwo"; sleep 0.1; printf " three"')
        for line in p:lines() do order[#order + 1] = line end
        local ok, how, code = p:close()
        order[#order + 1] = ('%s %s %d'):format(ok, how, code)
      end)
      waiting()
      return order`)
    expect(order).toEqual(['one', 'two three', 'true exit 0'])
  })

  test('io.popen: writes what a command reads', async () => {
    expect(
      await here.t.run(
        `
        local p = io.popen('cat > copy; exit 3', 'w')
        for i = 1, 100 do assert(p:write((...):rep(100))) end
        return p:close()`,
        ALL_BYTES,
      ),
    ).toEqual([undefined, 'exit', 3])
    expect(readFileSync(here.dir.at('copy')).equals(Buffer.concat(Array(10_000).fill(ALL_BYTES)))).toBe(true)
  })

  test('io.popen: bytes, megabytes, signals and errors of commands arrive as they are', async () => {
    expect(
      await here.t.run(`
        local p = io.popen('head -c 3000000 /dev/zero; printf "\\\\377"')
        local bytes = p:read('a')
        p:close()
        return #bytes, bytes:byte(-1), io.popen('kill -9 $$'):close()`),
    ).toEqual([3_000_001, 255, undefined, 'signal', 9])
    await here.t.run("io.popen('echo oops >&2'):close()")
    await expect.poll(() => here.output).toContain('stderr test: oops\n')
  })

  test('io.popen: runs where and with what it is told', async () => {
    mkdirSync(here.dir.at('sub'))
    const where = `return io.popen('pwd; echo $EXTRA'):read('l'), io.popen('pwd; echo $EXTRA', 'r', {cwd = 'sub', env = {EXTRA = 'x'}}):read('a')`
    expect(await here.t.run(where)).toEqual([here.dir.path, `${here.dir.at('sub')}\nx\n`])
    await expect(here.t.run("io.popen('x', 'r', {timeout = 'x'})")).rejects.toThrow(
      "bad argument #3 to 'io.popen' (timeout: seconds expected, got string)",
    )
    await expect(here.t.run("io.popen('x', 'rw')")).rejects.toThrow("bad argument #2 to 'io.popen' (invalid mode 'rw')")
    await expect(here.t.run('io.popen()')).rejects.toThrow(
      "bad argument #1 to 'io.popen' (string expected, got no value)",
    )
    const [, , err] = await here.t.run("return io.popen('true', 'r', {cwd = 'missing'})")
    expect(err).toMatchObject({ kind: 'spawn_failed' })
    expect(await here.failing("return io.popen('a\\0b')")).toEqual({ kind: 'invalid', message: 'a command has no NUL' })
  })

  test('io.popen: ends after its timeout, with everything it started', async () => {
    const [pid, ...end] = await here.t.run(`
      local p = io.popen('sleep 1000 & echo $!; wait', 'r', { timeout = 0.2 })
      return p:read('n'), p:close()`)
    expect(end).toEqual([undefined, 'signal', 15])
    await expect.poll(() => isAlive(pid as number)).toBe(false)
  })

  test('io.popen: ends with its owner, also when it does not want to', async () => {
    const start = "local p = io.popen(...) pids = p:read('l')"
    await here.t.vm.run(start, {
      owner: 'plugin.p',
      chunkName: 'p',
      args: ["trap '' TERM; sleep 1000 & echo $$ $!; wait"],
    })
    const pids = String(here.t.vm.getGlobal('pids')).split(' ').map(Number)
    expect(pids.map(isAlive)).toEqual([true, true])
    here.t.vm.releaseOwner('plugin.p')
    await expect.poll(() => pids.map(isAlive)).toEqual([false, false])
  })

  test('io.popen: nothing outlives the VM', async () => {
    await using other = await here.vm()
    const [pid] = await other.run("p = io.popen('trap \"\" TERM; echo $$; sleep 1000', 'r') return p:read('n')")
    other.vm.close()
    await expect.poll(() => isAlive(pid as number)).toBe(false)
  })

  test('io.popen: where Lua cannot wait, reading raises and says so', async () => {
    await here.t.run("p = io.popen('while [ ! -e go ]; do sleep 0.02; done; echo late')")
    expect(() => here.t.now("return p:read('l')")).toThrow(/would have to wait/)
    writeFileSync(here.dir.at('go'), '')
    expect(await here.t.run("return p:read('l')")).toEqual(['late'])
  })

  test('io.open: a named pipe waits for the other end', async () => {
    await here.t.run("io.popen('mkfifo pipe'):close()")
    const reading = here.t.run("local f <close> = io.open('pipe') return f:read('l')")
    await here.t.run("local f <close> = io.popen('cat > pipe', 'w') f:write('through\\n')")
    expect(await reading).toEqual(['through'])
    expect(await here.failing("return io.open('pipe', 'w')")).toMatchObject({ kind: 'not_a_file' })
  })
})
