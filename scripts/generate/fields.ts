/** A described field, `type # what it is`, in Markdown. */
export function fieldLine(name: string, text: string): string {
  const [type = '', doc] = text.split(' # ')
  return `\`${name}\` (\`${type}\`)${doc === undefined ? '' : `: ${doc}`}`
}
