/** A handle: what Lua holds of something JavaScript owns. It carries an id and nothing else. */

/** Made with {@link handle}; Lua sees a userdata whose methods the module's `handles` describe. */
export class LuaHandle {
  /** Name under `handles` in the module that describes it, e.g. "pty". */
  readonly type: string
  /** The module's own number for the thing; positive, below 2^31. */
  readonly id: number

  constructor(type: string, id: number) {
    this.type = type
    this.id = id
  }
}

/** The value a primitive returns to give Lua a handle. The same type and id is the same Lua value while Lua holds it. */
export function handle(type: string, id: number): LuaHandle {
  return new LuaHandle(type, id)
}
