import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type UiDirectories, uiDirectories } from '../../../tui/ui-lua/files.ts'
import { HotReload } from '../../../tui/ui-lua/hot-reload.ts'
import type { UiSource } from '../../../tui/ui-lua/loader.ts'
import { eventually } from '../../hub/support/eventually.ts'

let home: string
let directories: UiDirectories
let reload: HotReload
let loads: { files: Record<string, string>; changed: string[] }[]

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'botster-reload-'))
  directories = uiDirectories({ HOME: home })
  loads = []
  reload = new HotReload(directories, (sources, changed) => loads.push({ files: texts(sources), changed }))
})
afterEach(() => {
  reload[Symbol.dispose]()
  rmSync(home, { recursive: true, force: true })
})

const texts = (sources: readonly UiSource[]) =>
  Object.fromEntries(sources.map(({ label, source }) => [label, source.toString()]))

const write = (path: string, text: string) => {
  mkdirSync(join(path, '..'), { recursive: true })
  writeFileSync(path, text)
}

const newest = () => loads.at(-1)?.files ?? {}

describe('watching the files of the UI', () => {
  it('finds them in their order: replacements, plugins, further files, the user’s last', () => {
    write(join(directories.user, 'mine.lua'), '')
    write(join(directories.overrides, 'zoo.lua'), '')
    write(join(directories.overrides, 'keybindings.lua'), '')
    write(join(directories.plugins, 'beta/ui/actions.lua'), '')
    write(join(directories.plugins, 'alpha/ui/layout.lua'), '')
    write(join(directories.plugins, 'alpha/ui/notes.lua'), '')
    expect(reload.start().map(({ label, replaces }) => [label, replaces])).toEqual([
      ['~/.botster/lua/ui/keybindings.lua', 'keybindings.lua'],
      ['~/.botster/shared/plugins/alpha/ui/layout.lua', undefined],
      ['~/.botster/shared/plugins/beta/ui/actions.lua', undefined],
      ['~/.botster/lua/ui/zoo.lua', undefined],
      ['~/.botster/lua/user/ui/mine.lua', undefined],
    ])
  })

  it('takes plugins of profiles too, the profile’s for a name that both have', () => {
    write(join(directories.plugins, 'both/ui/layout.lua'), 'shared')
    write(join(directories.profiles, 'work/plugins/both/ui/layout.lua'), 'work')
    write(join(directories.profiles, 'work/plugins/alpha/ui/actions.lua'), '')
    expect(texts(reload.start())).toEqual({
      '~/.botster/profiles/work/plugins/alpha/ui/actions.lua': '',
      '~/.botster/profiles/work/plugins/both/ui/layout.lua': 'work',
    })
  })

  it('leaves out plugins that are switched off, from the moment they are', async () => {
    write(join(directories.plugins, 'alpha/ui/layout.lua'), 'a')
    write(join(directories.plugins, 'beta/ui/layout.lua'), 'b')
    write(join(directories.root, 'disabled_plugins'), '# for now\nbeta # too loud\n')
    expect(Object.values(texts(reload.start()))).toEqual(['a'])
    write(join(directories.root, 'disabled_plugins'), 'alpha\n')
    await eventually(() => expect(Object.values(newest())).toEqual(['b']))
  })

  it('takes a repository’s files while it is told where they are, of one name the repository’s plugin', async () => {
    const [root, path] = [join(home, 'copy'), join(home, 'repo/.botster')]
    write(join(directories.user, 'mine.lua'), '')
    write(join(directories.plugins, 'both/ui/layout.lua'), 'mine')
    write(join(root, 'shared/plugins/both/ui/layout.lua'), 'theirs')
    write(join(root, 'profiles/work/plugins/alpha/ui/actions.lua'), '')
    write(join(root, 'lua/ui/layout.lua'), '')
    write(join(root, 'lua/user/ui/not_theirs.lua'), '')
    reload.start()
    reload.setRepository({ root, path })
    expect(Object.keys(newest())).toEqual([
      '~/repo/.botster/lua/ui/layout.lua',
      '~/repo/.botster/profiles/work/plugins/alpha/ui/actions.lua',
      '~/repo/.botster/shared/plugins/both/ui/layout.lua',
      '~/.botster/lua/user/ui/mine.lua',
    ])
    write(join(root, 'lua/ui/layout.lua'), 'two')
    await eventually(() => expect(newest()['~/repo/.botster/lua/ui/layout.lua']).toBe('two'))
    reload.setRepository(undefined)
    expect(Object.keys(newest())).toEqual([
      '~/.botster/shared/plugins/both/ui/layout.lua',
      '~/.botster/lua/user/ui/mine.lua',
    ])
  })

  it('hands a changed file over, with its new text', async () => {
    const path = join(directories.overrides, 'layout.lua')
    write(path, 'one')
    expect(texts(reload.start())).toEqual({ '~/.botster/lua/ui/layout.lua': 'one' })
    write(path, 'changed')
    await eventually(() => expect(newest()).toEqual({ '~/.botster/lua/ui/layout.lua': 'changed' }))
    expect(loads.at(-1)?.changed).toEqual(['~/.botster/lua/ui/layout.lua'])
  })

  it('notices a file in directories that did not exist before, level by level', async () => {
    reload.start()
    write(join(directories.user, 'late.lua'), 'here')
    await eventually(() => expect(newest()).toEqual({ '~/.botster/lua/user/ui/late.lua': 'here' }))
  })

  it('notices that a file, or its whole directory, is gone, and that it comes back', async () => {
    const path = join(directories.overrides, 'layout.lua')
    write(path, 'one')
    reload.start()
    rmSync(directories.root, { recursive: true })
    await eventually(() => expect(loads.at(-1)?.files).toEqual({}))
    write(path, 'again')
    await eventually(() => expect(newest()).toEqual({ '~/.botster/lua/ui/layout.lua': 'again' }))
  })

  it('notices a file that an editor writes beside it and moves over it', async () => {
    const path = join(directories.overrides, 'layout.lua')
    write(path, 'one')
    reload.start()
    write(`${path}~`, 'two')
    renameSync(`${path}~`, path)
    await eventually(() => expect(newest()['~/.botster/lua/ui/layout.lua']).toBe('two'))
  })

  it('notices a change of a file that is a link to elsewhere', async () => {
    const real = join(home, 'dotfiles/layout.lua')
    write(real, 'one')
    mkdirSync(directories.overrides, { recursive: true })
    symlinkSync(real, join(directories.overrides, 'layout.lua'))
    reload.start()
    write(real, 'changed')
    await eventually(() => expect(newest()['~/.botster/lua/ui/layout.lua']).toBe('changed'))
  })

  it('never hands over half of a file that is still being written', async () => {
    const path = join(directories.overrides, 'layout.lua')
    write(path, 'x')
    reload.start()
    for (let size = 1; size <= 10; size++) {
      write(path, 'x'.repeat(size * 10))
      await new Promise((resolve) => setImmediate(resolve))
    }
    await eventually(() => expect(newest()['~/.botster/lua/ui/layout.lua']).toBe('x'.repeat(100)))
    expect(loads).toHaveLength(1)
  })
})
