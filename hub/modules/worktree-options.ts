/** What the functions of `worktree` take in their option tables. */
import * as z from 'zod'
import { tableOf } from './convert.ts'

export const createOptions = z.strictObject({
  branch: z.string().min(1),
  from: z.string().min(1).optional(),
  prompt: z.string().optional(),
  metadata: tableOf(z.unknown()).optional(),
})

export const asyncOptions = createOptions
  .extend({
    agentKey: z.string().min(1),
    branch: createOptions.shape.branch.optional(),
    issueNumber: z.number().int().positive().optional(),
    profileName: z.string().optional(),
    clientRows: z.number().int().optional(),
    clientCols: z.number().int().optional(),
  })
  .transform((options, context) => {
    const { branch = branchOfIssue(options.issueNumber) } = options
    if (branch !== undefined) return { ...options, branch }
    context.addIssue({ code: 'custom', message: 'branch or issue_number is missing' })
    return z.NEVER
  })

export const removeOptions = z.strictObject({
  force: z.boolean().default(false),
  deleteBranch: z.boolean().default(false),
  acceptMerged: z.boolean().default(false),
})

export const diffOptions = z.strictObject({
  base: z.string().min(1).optional(),
  maxBytes: z
    .number()
    .int()
    .positive()
    .default(1 << 20),
})

function branchOfIssue(number: number | undefined): string | undefined {
  return number === undefined ? undefined : `botster-issue-${number}`
}
