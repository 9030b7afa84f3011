import { createServer } from 'node:net'

/** Whether nobody listens on a port of this machine. */
export async function canListen(port: number): Promise<boolean> {
  return (await listensOn(port, '127.0.0.1')) && (await listensOn(port, '::1'))
}

/** True also where there is no such address. */
function listensOn(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) =>
      resolve(error.code !== 'EADDRINUSE' && error.code !== 'EACCES'),
    )
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)))
  })
}
