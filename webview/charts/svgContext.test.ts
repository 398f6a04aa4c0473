import { expect, it } from 'vitest'
import { SvgContext } from './svgContext'

const measure = (text: string) => ({ width: text.length * 6 }) as TextMetrics
const drawn = (draw: (context: SvgContext) => void): string => {
  const context = new SvgContext({ width: 100, height: 50 }, measure)
  draw(context)
  return context.svg(100, 50, '#fff', 'A <chart>')
}

it('writes paths where the transform puts them', () => {
  const svg = drawn((context) => {
    context.save()
    context.translate(10, 20)
    context.scale(2, 2)
    context.strokeStyle = 'red'
    context.setLineDash([4, 2])
    context.beginPath()
    context.moveTo(0, 0)
    context.lineTo(5, 1.234)
    context.stroke()
    context.restore()
    context.fillRect(1, 2, 3, 4)
  })
  expect(svg).toContain('d="M10 20L20 22.47" fill="none" stroke="red"')
  expect(svg).toContain('stroke-dasharray="4 2"')
  expect(svg).toContain('d="M1 2L4 2L4 6L1 6Z" fill="#000"')
  expect(svg).toMatch(
    /^<svg [^>]*viewBox="0 0 100 50" role="img">\n<title>A &lt;chart&gt;<\/title>/,
  )
})

it('restores style, transform and clip', () => {
  const svg = drawn((context) => {
    context.save()
    context.rect(0, 0, 10, 10)
    context.clip()
    context.fillStyle = '#123456'
    context.fillRect(0, 0, 5, 5)
    context.restore()
    context.fillRect(0, 0, 6, 6)
  })
  expect(svg).toContain('fill="#123456" clip-path="url(#clip1)"')
  expect(svg).toContain('d="M0 0L6 0L6 6L0 6Z" fill="#000"/>')
})

it('clips text where it clips everything, whatever the text’s own transform', () => {
  const svg = drawn((context) => {
    context.rect(0, 0, 10, 10)
    context.clip()
    context.translate(50, 50)
    context.fillText('a', 0, 0)
  })
  expect(svg).toContain('<g clip-path="url(#clip1)"><text transform="matrix(1 0 0 1 50 50)"')
})

it('keeps text as text, escaped, turned and anchored', () => {
  const svg = drawn((context) => {
    context.font = 'bold 12px "Segoe UI", sans-serif'
    context.textAlign = 'center'
    context.textBaseline = 'middle'
    context.rotate(-Math.PI / 2)
    context.fillText('|γ| < 1', 3, 4)
  })
  expect(svg).toContain('transform="matrix(0 -1 1 0 0 0)" x="3" y="8.2"')
  expect(svg).toContain(
    'font-family="&quot;Segoe UI&quot;, sans-serif" font-size="12" font-weight="bold"',
  )
  expect(svg).toContain('text-anchor="middle"')
  expect(svg).toContain('>|γ| &lt; 1</text>')
})

it('draws a whole circle', () => {
  const svg = drawn((context) => {
    context.beginPath()
    context.arc(10, 10, 5, 0, 2 * Math.PI)
    context.fill()
  })
  expect(svg).toContain('M15 10')
  expect(svg).toContain('L5 10')
})
