import { randomBytes } from 'node:crypto'
import type { Records } from '../records/records.ts'

/** A new agent's id: 12 random hex digits. */
export function newAgentId(): string {
  return randomBytes(6).toString('hex')
}

/** `wanted`, or `wanted-2`, `wanted-3` … while another agent has it. */
export function freeKey(records: Records, wanted: string): string {
  for (let number = 1; ; number++) {
    const key = number === 1 ? wanted : `${wanted}-${number}`
    if (records.agentByKey(key) === undefined) return key
  }
}
