export type PageSource = {
  readonly title: string
  /** BCP 47 tag of the editor's language. */
  readonly language: string
  /** URIs as the webview may load them. */
  readonly script: string
  readonly style: string
  /** What the webview calls its own origin in a policy. */
  readonly cspSource: string
  readonly nonce: string
}

/**
 * The document of a page: an empty body, one script, one style sheet. Nothing inline and nothing from elsewhere: data
 * arrives as messages. Images are those that a chart draws of itself for saving. The toolkit tries out on an empty
 * `<style>` whether the browser knows `:focus-visible`; `csp-nonce` is where it looks for the nonce that allows it.
 */
export function pageHtml(page: PageSource): string {
  const policy = [
    `default-src 'none'`,
    `script-src 'nonce-${page.nonce}'`,
    `style-src ${page.cspSource} 'nonce-${page.nonce}'`,
    `font-src ${page.cspSource}`,
    `img-src data:`,
  ].join('; ')
  return `<!DOCTYPE html>
<html lang="${escapeHtml(page.language)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${escapeHtml(policy)}">
<meta property="csp-nonce" content="${page.nonce}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" nonce="${page.nonce}" href="${escapeHtml(page.style)}">
<title>${escapeHtml(page.title)}</title>
</head>
<body>
<script nonce="${page.nonce}" src="${escapeHtml(page.script)}"></script>
</body>
</html>
`
}

export function escapeHtml(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  }
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? '')
}
