import { expect, it } from 'vitest'
import { pageHtml } from './html'

const source = {
  title: 'Run <b>&',
  language: 'zh-cn',
  script: 'https://file.example/main.js?a="b"',
  style: 'https://file.example/main.css',
  cspSource: 'https://file.example',
  nonce: 'abc123',
}

it('allows nothing but its own script and style', () => {
  const policy = /Content-Security-Policy" content="([^"]*)"/.exec(pageHtml(source))?.[1] ?? ''
  const directives = policy.replaceAll('&#39;', "'").split('; ')
  expect(directives).toEqual([
    "default-src 'none'",
    "script-src 'nonce-abc123'",
    "style-src https://file.example 'nonce-abc123'",
    'font-src https://file.example',
    'img-src data:',
  ])
  expect(policy).not.toMatch(/unsafe|\*|http:/)
})

it('tells the toolkit the nonce, without which its look at the browser breaks the policy', () => {
  expect(pageHtml(source)).toContain('<meta property="csp-nonce" content="abc123">')
})

it('holds no inline script or style, and escapes what it is given', () => {
  const html = pageHtml(source)
  expect(html.match(/<script[^>]*>[^<]/)).toBeNull()
  expect(html).not.toMatch(/<style|style=|onload=|javascript:/)
  expect(html).toContain('<title>Run &lt;b&gt;&amp;</title>')
  expect(html).toContain('main.js?a=&quot;b&quot;')
})
