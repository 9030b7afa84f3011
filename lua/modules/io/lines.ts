/** Output that comes in pieces, for a log that wants lines. */
import type { OutputSink } from './standard-file.ts'

/** Bytes of a line that has no end yet before it is told as it is. */
const MOST_BYTES = 16 << 10
const NEWLINE = 10

type Stream = Parameters<OutputSink>[0]

/** A sink that hands out whole lines, without their ends. What an owner leaves unfinished comes with its next line. */
export function lineSink(tell: (stream: Stream, line: string, owner: string) => void): OutputSink {
  const unfinished = new Map<string, Buffer>()
  return (stream, bytes, owner) => {
    const key = `${stream} ${owner}`
    let left = Buffer.concat([unfinished.get(key) ?? Buffer.alloc(0), bytes])
    for (let end = left.indexOf(NEWLINE); end >= 0; end = left.indexOf(NEWLINE)) {
      tell(stream, left.subarray(0, end).toString(), owner)
      left = left.subarray(end + 1)
    }
    if (left.length > MOST_BYTES) {
      tell(stream, left.toString(), owner)
      left = Buffer.alloc(0)
    }
    if (left.length === 0) unfinished.delete(key)
    else unfinished.set(key, left)
  }
}
