/** An argument: its name, its Lua type, and for tables their fields as `name → "type # what it is"`. */
export interface DescribedArgument {
  readonly name: string
  readonly type: string
  readonly fields?: Readonly<Record<string, string>>
}

export interface DescribedHook {
  readonly name: string
  /** observer: `hooks.on`; interceptor: `hooks.intercept`; both; event: `events.on`. */
  readonly kind: 'observer' | 'interceptor' | 'both' | 'event'
  readonly when: string
  readonly arguments: readonly DescribedArgument[]
  /** What becomes of an interceptor's nil. */
  readonly dropped?: string
  /** What botster's own files tell each other: it may change with any version. */
  readonly isInternal?: boolean
}

/** A table as an argument. */
export const table = (name: string, fields: Readonly<Record<string, string>>): DescribedArgument => ({
  name,
  type: 'table',
  fields,
})
