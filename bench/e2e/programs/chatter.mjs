// 400 lines a second, four at a time.
let number = 0
setInterval(() => {
  let text = ''
  for (let line = 0; line < 4; line++) text += `${number++} compiling module and running its tests\r\n`
  process.stdout.write(text)
}, 10)
