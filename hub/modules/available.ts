import { failure, type PrimitiveResult } from '../../lua/vm/index.ts'

/** The result of something that needs the hub's key or the list of devices; what is wrong with them as `nil, message`. */
export function available(body: () => PrimitiveResult): PrimitiveResult {
  try {
    return body()
  } catch (error) {
    return failure((error as Error).message, { kind: 'unavailable' })
  }
}
