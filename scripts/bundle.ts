// Bundles one file per process. Start-up time is why: one file to read instead of a thousand.
import { copyFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { type BuildOptions, build, type Plugin } from 'esbuild'
import { inkWithoutDevtools } from './ink-without-devtools.ts'
import { lightStringWidth } from './light-string-width.ts'

const root = dirname(import.meta.dirname)
const require = createRequire(import.meta.url)

const common: BuildOptions = {
  absWorkingDir: root,
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node22',
  supported: { 'regexp-set-notation': true }, // or the patterns are made anew at every use
  jsx: 'automatic',
  minifySyntax: true,
  sourcemap: 'linked',
  sourcesContent: false,
  legalComments: 'none',
  define: { 'process.env.NODE_ENV': '"production"', 'Intl.Segmenter': 'LazySegmenter' },
  inject: [join(import.meta.dirname, 'lazy-segmenter.ts')],
  // Native add-ons cannot be bundled; the tui is loaded by the cli as a file of its own.
  // ws, web-push and the MCP SDK are for the hubs that use them: 330 kB and more that no other has to read at its start.
  external: [
    '@lydell/node-pty',
    '@modelcontextprotocol/sdk/*',
    '@napi-rs/keyring',
    'node-datachannel',
    'qrcode',
    'web-push',
    'ws',
    './tui.js',
  ],
  // Bundled CommonJS packages call require() for Node's own modules.
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
  logLevel: 'warning',
}

/** For what a person waits for: loading msgpackr's native part takes 9 ms, which the few messages of a start never earn. */
const quickStart: BuildOptions = {
  define: { ...common.define, 'process.env.MSGPACKR_NATIVE_ACCELERATION_DISABLED': '"true"' },
}

/** Writes the bundles into `out`, a directory. @param plugins for a test that builds another version */
export async function bundle(out: string, plugins: readonly Plugin[] = []): Promise<void> {
  const options = { ...common, outdir: out, plugins: [inkWithoutDevtools, lightStringWidth, ...plugins] }
  await build({
    ...options,
    entryPoints: {
      hub: 'hub/main.ts',
      improvements: 'hub/improvements/worker.ts',
      ptyhost: 'hub/ptyhost/main.ts',
      chrome: 'tui/chrome/worker.tsx',
    },
  })
  await build({ ...options, ...quickStart, entryPoints: { 'open-ui': 'bin/open-ui.ts' } })
  // CommonJS, because an import of one of Node's own modules makes Node read every property it has, and many of these
  // load something when they are read.
  await build({
    ...options,
    format: 'cjs',
    outExtension: { '.js': '.cjs' },
    define: { ...quickStart.define, 'import.meta.dirname': '__dirname' },
    banner: {},
    minifyWhitespace: true, // half as much to read at every call
    entryPoints: { quick: 'bin/quick-verbs.ts' },
  })
  // In pieces, because a command needs few of them (`botster --version` reads 120 kB instead of 2 MB), and because cli
  // and tui, which run in one process, load what both need once.
  const entryPoints = { cli: 'bin/cli.ts', tui: 'tui/main.ts' }
  const pieces = {
    ...options,
    plugins: [...options.plugins, openUiApart, quickApart],
    splitting: true,
    chunkNames: 'cli-[name]-[hash]',
  }
  await build({ ...pieces, ...quickStart, entryPoints })
  copyFileSync(join(dirname(require.resolve('wasmoon')), 'glue.wasm'), join(out, 'glue.wasm'))
}

/** What opens the UI is loaded as the file of its own that it is. */
const openUiApart: Plugin = {
  name: 'open-ui apart',
  setup({ onResolve }) {
    onResolve({ filter: /^\.\/open-ui\.ts$/ }, () => ({ path: './open-ui.js', external: true }))
  },
}

/**
 * So are the commands that are called again and again; by require(), because Node reads the whole of a CommonJS file that
 * is imported, looking for what it exports.
 */
const quickApart: Plugin = {
  name: 'quick apart',
  setup({ onLoad, onResolve }) {
    onResolve({ filter: /^\.\/quick-verbs\.ts$/ }, ({ importer }) =>
      importer === join(root, 'bin/cli.ts') ? { path: 'quick', namespace: 'apart' } : undefined,
    )
    onResolve({ filter: /^\.\/quick\.cjs$/ }, () => ({ path: './quick.cjs', external: true }))
    onLoad({ filter: /^quick$/, namespace: 'apart' }, () => ({
      contents: "export const { main } = require('./quick.cjs')",
    }))
  },
}
