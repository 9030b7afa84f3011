export function modulesAreStale(root: string): boolean
export function bundlesAreStale(root: string): boolean
export function nodeIsSupported(version: string): boolean
export function noteInstalled(root: string): void
