// Redraws lines 3 to 32 twenty times a second and puts the cursor back where the keys are echoed.
let frame = 0
setInterval(() => {
  frame++
  let text = '\x1b7'
  for (let line = 0; line < 30; line++) {
    text += `\x1b[${line + 3};1H\x1b[3${1 + ((frame + line) % 6)}m${`${frame * 7919 + line} `.repeat(8)}\x1b[0m\x1b[K`
  }
  process.stdout.write(`${text}\x1b8`)
}, 50)
