import { failure, type PrimitiveResult } from '../../lua/vm/index.ts'
import { ConnectionClosed, RequestError } from '../../protocol/errors.ts'

/** Runs a request to the ptyhost; its refusals become `nil, message, {kind}`. */
export async function refused(request: () => Promise<PrimitiveResult>): Promise<PrimitiveResult> {
  try {
    return await request()
  } catch (error) {
    if (error instanceof RequestError) return failure(error.message, { kind: error.code })
    if (error instanceof ConnectionClosed) return failure(error.message, { kind: 'connection_closed' })
    throw error
  }
}
