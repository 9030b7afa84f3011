import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { Resvg } from '@resvg/resvg-js'
import { drawAnsi } from '../../screen/ansi.ts'
import { Grid } from '../../screen/grid.ts'
import { textWidth } from '../../screen/width.ts'
import { FONT, screenSvg } from './screen-svg.ts'

/** Pixels for each unit of the drawing: enough for displays with small pixels, and a file of some dozen kB. */
const ZOOM = 1.5
const FONT_FILES = ['DejaVuSansMono.ttf', 'DejaVuSansMono-Bold.ttf', 'DejaVuSansMono-Oblique.ttf', 'DejaVuSans.ttf']

/** A picture of a captured screen: rows of text with SGR. The same capture always gives the same bytes. */
export function screenPng(capture: string): Buffer {
  const fonts = join(dirname(createRequire(import.meta.url).resolve('dejavu-fonts-ttf/package.json')), 'ttf')
  const drawing = new Resvg(screenSvg(gridOf(capture)), {
    fitTo: { mode: 'zoom', value: ZOOM },
    font: {
      loadSystemFonts: false, // or the picture would depend on who draws it
      fontFiles: FONT_FILES.map((file) => join(fonts, file)),
      defaultFontFamily: FONT,
      monospaceFamily: FONT,
    },
  })
  return drawing.render().asPng()
}

function gridOf(capture: string): Grid {
  const lines = capture.replace(/\n$/, '').split('\n')
  const cols = Math.max(...lines.map((line) => textWidth(line.replace(/\x1b\[[0-9;:]*m/g, ''))))
  const grid = new Grid(cols, lines.length)
  for (const [y, line] of lines.entries()) drawAnsi(line, grid, 0, y)
  return grid
}
