/** Text that Markdown shows as it is; line breaks become blanks. */
export function escapeMarkdown(text: string): string {
  return text.replace(/\s*\n\s*/g, ' ').replace(/[\\`*_{}[\]()#+!<>|~$-]/g, '\\$&')
}
