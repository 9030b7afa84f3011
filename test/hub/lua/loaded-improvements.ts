import type { World } from './world.ts'

/** The names of the improvements that are loaded, as `loader.list` has them. */
export async function loadedImprovements(world: World): Promise<string[]> {
  return await world.eval<string[]>(`
    local names = {}
    for _, entry in ipairs(loader.list()) do
      if entry.name:find('^improvements%.') then names[#names + 1] = entry.name end
    end
    return require('lib.list')(names)`)
}
