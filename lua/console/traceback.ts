/** The message of an error, with the stack below if there is one: as a person reads it. */
export function withTraceback({ message, traceback }: { message: string; traceback: string }): string {
  return traceback === '' ? message : `${message}\nstack traceback:\n${traceback}`
}
