/** An HTTP answer as Lua sees it. */
import type { LuaTable, LuaValue } from '../../vm/index.ts'
import type { HttpResponse } from './request.ts'

/** {status, body, headers, url}: the body byte for byte, headers as the bytes that came. */
export function responseTable({ status, body, headers, url }: HttpResponse): LuaTable {
  const fields: Record<string, LuaValue> = {}
  for (const [name, value] of Object.entries(headers)) fields[name] = Buffer.from(value, 'latin1')
  return { status, body, headers: fields, url }
}
