/** Modules around the code that stay light. The standard wants four; two are enough for every scanner tried, and fit. */
const QUIET_ZONE = 2

/**
 * A URL as a QR code for terminals: two rows of it in a line, of the characters `█▀▄` and space. Light is drawn and dark
 * left out, as it must be where text is light on dark; most scanners read the reverse too.
 */
export async function qrLines(url: string): Promise<string[]> {
  const { default: qrcode } = await import('qrcode')
  const text = await qrcode.toString(url, {
    type: 'utf8',
    errorCorrectionLevel: 'L', // a screen is clean; the smallest code is what fits into it
    margin: QUIET_ZONE,
    color: { dark: '#ffffff', light: '#000000' },
  })
  return text.split('\n')
}
