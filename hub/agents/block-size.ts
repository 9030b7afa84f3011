/** Ports of one agent: a server, its database, a debugger, and room for more. */
export const BLOCK_SIZE = 10
