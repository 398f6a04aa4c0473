import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type axe from 'axe-core'
import type { Frame } from 'playwright-core'

const script = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/**
 * What axe finds wrong in a frame that keeps people out: its serious and critical findings, a line for each element.
 * The script is evaluated, not added to the document, whose policy forbids that.
 */
export async function seriousFindings(frame: Frame): Promise<string[]> {
  await frame.evaluate(script)
  const violations = await frame.evaluate(async () => {
    const checker = (globalThis as unknown as { readonly axe: typeof axe }).axe
    const found = await checker.run(document, { iframes: false, resultTypes: ['violations'] })
    return found.violations.map(({ id, help, impact, nodes }) => ({
      ...{ id, help, impact },
      nodes: nodes.map(({ target, html }) => `${target.join(' ')}: ${html.slice(0, 200)}`),
    }))
  })
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, help, nodes }) => nodes.map((node) => `${id} (${help}) ${node}`))
}
