// Draws docs/pictures/NAME.png from each docs/pictures/NAME.ansi, a screen as a terminal had it (test/tui/app/pictures.test.ts
// takes it from the real UI). To see a capture without its picture: cat docs/pictures/NAME.ansi
import { readFileSync, writeFileSync } from 'node:fs'
import { captures } from './pictures/captures.ts'
import { screenPng } from './pictures/screen-png.ts'

for (const { name, capture, picture } of captures()) {
  const png = screenPng(readFileSync(capture, 'utf8'))
  writeFileSync(picture, png)
  console.log(`${name}: ${(png.length / 1000).toFixed(0)} kB`)
}
