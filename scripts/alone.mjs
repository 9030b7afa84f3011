// One npm script at a time installs and builds a checkout. Plain JavaScript for Node 20: it runs before anything is installed.
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Milliseconds between looks at whether the other one is done. */
const LOOK_MS = 200

/** Calls `body`, which may end the process, once no other process is within `alone` here. `say` is told who is waited for. */
export function alone(root, say, body) {
  const lock = join(root, '.dist-lock')
  take(lock, say)
  const release = () => rmSync(lock, { force: true })
  process.once('exit', release)
  body()
  process.off('exit', release)
  release()
}

function take(lock, say) {
  const mine = `${lock}-${process.pid}`
  writeFileSync(mine, String(process.pid))
  try {
    for (let told = false; !linked(mine, lock); ) {
      const owner = read(lock)
      if (owner === undefined) continue
      if (!isAlive(Number(owner))) {
        takeAway(lock, owner, `${mine}-old`)
        continue
      }
      if (!told) say(`waiting for another npm script here (process ${owner}; if that is none, remove ${lock})`)
      told = true
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LOOK_MS)
    }
  } finally {
    rmSync(mine, { force: true })
  }
}

/** Of somebody who was killed; unless another was quicker, and it is theirs by now. */
function takeAway(lock, owner, old) {
  try {
    renameSync(lock, old)
    if (read(old) !== owner) linked(old, lock)
  } catch (error) {
    if (error.code !== 'ENOENT') throw error
  } finally {
    rmSync(old, { force: true })
  }
}

function linked(from, to) {
  try {
    linkSync(from, to)
    return true
  } catch (error) {
    if (error.code !== 'EEXIST') throw error
    return false
  }
}

function read(file) {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (error.code !== 'ENOENT') throw error
    return undefined
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}
