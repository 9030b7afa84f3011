/** A VM with `http`, and a server to ask. */
import { httpModule } from '../../../lua/modules/http.ts'
import { HttpClient, type HttpClientOptions } from '../../../lua/modules/web/client.ts'
import { newVm, type TestVm } from '../../lua/support.ts'
import { serve, type TestServer } from '../support/server.ts'

export function withHttp(options: HttpClientOptions = {}): Promise<TestVm> {
  return newVm({ modules: [httpModule(new HttpClient({ env: {}, ...options }))] })
}

/** Answers with what it was asked. */
export const echo = (): Promise<TestServer> =>
  serve(({ method, url, headers, body }, response) => {
    response.setHeader('x-method', method)
    response.setHeader('x-url', url)
    response.setHeader('x-type', headers['content-type'] ?? 'none')
    response.setHeader('x-token', headers['x-token'] ?? 'none')
    response.end(body)
  })
