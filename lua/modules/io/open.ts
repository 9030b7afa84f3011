/** Opening files by path: on the disk, or named pipes. */
import { randomBytes } from 'node:crypto'
import { constants, fstatSync, openSync, unlinkSync } from 'node:fs'
import { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BytePath, bytePath, forSystem, shown } from '../fs/paths.ts'
import { DiskFile, flagsOf } from './disk-file.ts'
import { PipeFile } from './pipe-file.ts'
import type { OpenFile } from './stream.ts'

/** Throws system errors. */
export function openPath(path: BytePath, flags: number): OpenFile {
  // Without NONBLOCK, a pipe that nobody has opened at the other end would stop the process.
  const fd = openSync(forSystem(path), flags | constants.O_NONBLOCK)
  if (!fstatSync(fd).isFIFO()) return new DiskFile(path, flags, fd)
  const readable = (flags & constants.O_WRONLY) === 0
  const writable = (flags & (constants.O_WRONLY | constants.O_RDWR)) !== 0
  const socket = new Socket({ fd, readable, writable })
  socket.on('error', () => undefined) // whoever reads or writes is told there
  return new PipeFile({
    name: shown(path),
    input: readable ? socket : undefined,
    output: writable ? socket : undefined,
  })
}

/** A file without a name. */
export function openTemporary(): OpenFile {
  const path = bytePath(temporaryName())
  const flags = flagsOf('w+')! | constants.O_EXCL
  const fd = openSync(forSystem(path), flags, 0o600)
  unlinkSync(forSystem(path))
  return new DiskFile(path, flags, fd)
}

/** A path in the system's directory for temporary files that nothing has yet. */
export function temporaryName(): string {
  return join(tmpdir(), `lua_${randomBytes(8).toString('hex')}`)
}
