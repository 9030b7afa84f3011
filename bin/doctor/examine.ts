import { checkDirectories } from './directories.ts'
import type { Finding } from './finding.ts'
import { checkHub } from './hub.ts'
import { checkGit, checkInstallation, checkNode, checkShell } from './programs.ts'
import { checkTerminal } from './terminal.ts'

/** Looks at everything botster needs, in the order a person would; changes nothing. */
export async function examine(env: NodeJS.ProcessEnv = process.env): Promise<Finding[]> {
  return [
    checkNode(),
    checkInstallation(),
    await checkGit(),
    checkShell(env),
    ...checkTerminal(env),
    ...checkDirectories(env),
    ...(await checkHub(env)),
  ]
}
