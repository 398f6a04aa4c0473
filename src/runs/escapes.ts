const escapeCharacter = String.fromCharCode(0x1b)
const escapes = new RegExp(`${escapeCharacter}\\[[0-9;?]*[ -/]*[@-~]`, 'g')

/** A terminal program's text without its colours and cursor movements, which other places show as they are. */
export function withoutEscapes(text: string): string {
  return text.replace(escapes, '')
}
