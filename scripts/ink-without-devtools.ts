import type { Plugin } from 'esbuild'

/**
 * Leaves Ink's connection to React's devtools out of a bundle: it is used only when DEV is set, but a bundle would
 * import `react-devtools-core`, which nobody installs, as soon as it is loaded.
 */
export const inkWithoutDevtools: Plugin = {
  name: 'ink-without-devtools',
  setup(build) {
    build.onLoad({ filter: /[\\/]ink[\\/]build[\\/]devtools\.js$/ }, () => ({ contents: 'export {}' }))
  },
}
