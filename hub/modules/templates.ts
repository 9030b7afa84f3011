/** `templates`: what comes with botster to begin with. */
import { defineFunction, defineModule, type LuaModule } from '../../lua/vm/index.ts'
import { installTemplate, listTemplates, uninstallTemplate } from '../installs/templates.ts'
import { fromOutcome } from './convert.ts'

const NONE = 'there is no such template'
const nameArgument = { name: 'name', type: 'text' } as const

/** The module for one VM. */
export function templatesModule(): LuaModule {
  return defineModule({
    name: 'templates',
    doc: 'What comes with botster to begin with: plugins, a session, an init.lua. Installing copies to ~/.botster.',
    types: {
      Template: {
        doc: 'A template.',
        fields: {
          name: 'string',
          description: 'string',
          state: '"available"|"installed"|"changed"|"taken" # taken: files of the user’s own are in its place',
          files: 'string[] # below ~/.botster, or absolute where BOTSTER_LUA_PATH leads out of it',
          hint: 'string # what to do once it is installed',
        },
      },
    },
    functions: {
      list: defineFunction({
        doc: 'All templates, by name.',
        returns: [{ type: 'list', luaType: 'Template[]' }],
        example: 'for _, template in ipairs(templates.list()) do log.info(template.name, template.state) end',
        call: () => listTemplates().map((template) => ({ ...template, files: [...template.files] })),
      }),
      install: defineFunction({
        doc: 'Copies a template’s files. Nothing is overwritten.',
        args: [nameArgument],
        returns: [{ type: ['table', 'nil'], luaType: '{name: string, files: string[], hint: string}?' }],
        failures: {
          no_template: NONE,
          exists: 'one of its files is there already',
          unwritable: 'a file cannot be written; none is left',
        },
        example: "local installed, message = templates.install('plugins/attention')",
        call: (_, name) => fromOutcome(installTemplate(name), ({ files, hint }) => ({ name, files: [...files], hint })),
      }),
      uninstall: defineFunction({
        doc: 'Deletes a template’s files; those that were changed since only with `force`.',
        args: [nameArgument, { name: 'force', type: 'boolean', default: false }],
        returns: [{ type: ['list', 'nil'], luaType: 'string[]?', doc: 'the files that were deleted' }],
        failures: {
          no_template: NONE,
          not_installed: 'it is not installed',
          changed: 'its files were changed since: `err.files`',
        },
        example: "local deleted, message = templates.uninstall('plugins/attention')",
        call: (_, name, force) => fromOutcome(uninstallTemplate(name, { force }), (files) => files),
      }),
    },
  })
}
