import { expect, test } from 'vitest'
import { packageRoot } from '../../protocol/paths.ts'
import { commandProblems } from '../../scripts/generate/commands.ts'
import { catalogueProblems, dynamicCalls } from '../../scripts/generate/used-hooks.ts'

test('Every hook and event of the shipped code is in the catalogue, and nothing else is', () => {
  expect(catalogueProblems(packageRoot())).toEqual([])
})

test('No hook or event has a name that only a run would tell, except where a name is passed on', () => {
  // The definitions of these functions, and what hands them to sandboxed scripts.
  expect(dynamicCalls(packageRoot())).toEqual(['call event'])
})

test('Every command that shipped handlers register, and every field they look at, is in the catalogue of commands', () => {
  expect(commandProblems(packageRoot())).toEqual([])
})
