import {
  anchor,
  escapeXml,
  fontOf,
  identity,
  type Matrix,
  multiply,
  number,
  paint,
  shift,
} from './svgText'

type Saved = Readonly<Record<string, unknown>>

/**
 * A drawing surface that writes SVG instead of pixels: the part of the browser's 2D context that Chart.js and its
 * plugins draw with. Text keeps being text, so that a figure can be edited afterwards.
 */
export class SvgContext {
  fillStyle: unknown = '#000'
  strokeStyle: unknown = '#000'
  lineWidth = 1
  lineCap = 'butt'
  lineJoin = 'miter'
  miterLimit = 10
  lineDashOffset = 0
  globalAlpha = 1
  globalCompositeOperation = 'source-over'
  font = '10px sans-serif'
  textAlign = 'start'
  textBaseline = 'alphabetic'
  direction = 'ltr'
  shadowBlur = 0
  shadowColor = 'transparent'
  shadowOffsetX = 0
  shadowOffsetY = 0

  private dash: readonly number[] = []
  private matrix: Matrix = identity
  private path = ''
  private clipId = ''
  private readonly stack: Saved[] = []
  private readonly parts: string[] = []
  private clips = 0

  /** @param measure widths of texts in a font, which only a real surface knows */
  constructor(
    readonly canvas: { readonly width: number; readonly height: number },
    private readonly measure: (text: string, font: string) => TextMetrics,
  ) {}

  /** The picture, `width` by `height` user units large. */
  svg(width: number, height: number, background: string, title: string): string {
    const size = `width="${number(width)}" height="${number(height)}"`
    return [
      `<svg xmlns="http://www.w3.org/2000/svg" ${size} viewBox="0 0 ${number(width)} ${number(height)}" role="img">`,
      `<title>${escapeXml(title)}</title>`,
      `<rect width="100%" height="100%" fill="${escapeXml(background)}"/>`,
      ...this.parts,
      '</svg>\n',
    ].join('\n')
  }

  save(): void {
    const { fillStyle, strokeStyle, lineWidth, lineCap, lineJoin, lineDashOffset } = this
    const { globalAlpha, font, textAlign, textBaseline, dash, matrix, clipId } = this
    this.stack.push({
      ...{ fillStyle, strokeStyle, lineWidth, lineCap, lineJoin, lineDashOffset, globalAlpha },
      ...{ font, textAlign, textBaseline, dash, matrix, clipId },
    })
  }

  restore(): void {
    Object.assign(this, this.stack.pop())
  }

  setTransform(a: number, b: number, c: number, d: number, e: number, f: number): void {
    this.matrix = [a, b, c, d, e, f]
  }

  resetTransform(): void {
    this.matrix = identity
  }

  translate(x: number, y: number): void {
    this.matrix = multiply(this.matrix, [1, 0, 0, 1, x, y])
  }

  scale(x: number, y: number): void {
    this.matrix = multiply(this.matrix, [x, 0, 0, y, 0, 0])
  }

  rotate(angle: number): void {
    const [c, s] = [Math.cos(angle), Math.sin(angle)]
    this.matrix = multiply(this.matrix, [c, s, -s, c, 0, 0])
  }

  beginPath(): void {
    this.path = ''
  }

  closePath(): void {
    this.path += 'Z'
  }

  moveTo(x: number, y: number): void {
    this.path += `M${this.at(x, y)}`
  }

  lineTo(x: number, y: number): void {
    this.path += `${this.path === '' ? 'M' : 'L'}${this.at(x, y)}`
  }

  bezierCurveTo(a: number, b: number, c: number, d: number, x: number, y: number): void {
    this.path += `C${this.at(a, b)} ${this.at(c, d)} ${this.at(x, y)}`
  }

  quadraticCurveTo(a: number, b: number, x: number, y: number): void {
    this.path += `Q${this.at(a, b)} ${this.at(x, y)}`
  }

  rect(x: number, y: number, width: number, height: number): void {
    this.moveTo(x, y)
    this.lineTo(x + width, y)
    this.lineTo(x + width, y + height)
    this.lineTo(x, y + height)
    this.closePath()
  }

  arc(x: number, y: number, radius: number, from: number, to: number, back = false): void {
    this.ellipse(x, y, radius, radius, 0, from, to, back)
  }

  /** As short straight pieces: what charts draw so is small. */
  ellipse(
    ...[x, y, rx, ry, turn, from, to, back = false]: [
      ...[x: number, y: number, rx: number, ry: number, turn: number, from: number, to: number],
      back?: boolean,
    ]
  ): void {
    const full = 2 * Math.PI
    let sweep = to - from
    if (Math.abs(sweep) >= full) sweep = Math.sign(sweep) * full
    else if (!back && sweep < 0) sweep += full
    else if (back && sweep > 0) sweep -= full
    const pieces = Math.max(2, Math.ceil((Math.abs(sweep) / full) * 24))
    for (let i = 0; i <= pieces; i++) {
      const angle = from + (sweep * i) / pieces
      const [dx, dy] = [rx * Math.cos(angle), ry * Math.sin(angle)]
      const [c, s] = [Math.cos(turn), Math.sin(turn)]
      this.lineTo(x + dx * c - dy * s, y + dx * s + dy * c)
    }
  }

  clip(): void {
    const id = `clip${++this.clips}`
    const inside = this.clipId ? ` clip-path="url(#${this.clipId})"` : ''
    this.parts.push(`<clipPath id="${id}"${inside}><path d="${this.path}"/></clipPath>`)
    this.clipId = id
  }

  fill(): void {
    this.draw(`d="${this.path}" fill="${paint(this.fillStyle)}"`)
  }

  stroke(): void {
    const dash =
      this.dash.length > 0
        ? ` stroke-dasharray="${this.dash.join(' ')}" stroke-dashoffset="${number(this.lineDashOffset)}"`
        : ''
    const style = `stroke-width="${number(this.lineWidth)}" stroke-linecap="${this.lineCap}" stroke-linejoin="${this.lineJoin}"`
    this.draw(`d="${this.path}" fill="none" stroke="${paint(this.strokeStyle)}" ${style}${dash}`)
  }

  fillRect(x: number, y: number, width: number, height: number): void {
    this.apart(() => {
      this.rect(x, y, width, height)
      this.fill()
    })
  }

  strokeRect(x: number, y: number, width: number, height: number): void {
    this.apart(() => {
      this.rect(x, y, width, height)
      this.stroke()
    })
  }

  /** The picture starts empty. */
  clearRect(): void {}

  /** @param text tick labels may be numbers */
  fillText(text: string | number, x: number, y: number): void {
    this.write(String(text), x, y, `fill="${paint(this.fillStyle)}"`)
  }

  strokeText(text: string | number, x: number, y: number): void {
    const style = `stroke="${paint(this.strokeStyle)}" stroke-width="${number(this.lineWidth)}"`
    this.write(String(text), x, y, `fill="none" ${style}`)
  }

  measureText(text: string): TextMetrics {
    return this.measure(text, this.font)
  }

  setLineDash(dash: readonly number[]): void {
    this.dash = dash
  }

  getLineDash(): readonly number[] {
    return this.dash
  }

  private apart(work: () => void): void {
    const kept = this.path
    this.path = ''
    work()
    this.path = kept
  }

  private draw(attributes: string): void {
    if (this.path !== '') this.parts.push(`<path ${attributes}${this.common()}/>`)
  }

  private write(text: string, x: number, y: number, attributes: string): void {
    if (text === '') return
    const [size, family] = fontOf(this.font)
    const weight = /\bbold\b|\b[6-9]00\b/.test(this.font) ? ' font-weight="bold"' : ''
    const place = `transform="matrix(${this.matrix.map(number).join(' ')})" x="${number(x)}" y="${number(y + shift(this.textBaseline, size))}"`
    const font = `font-family="${escapeXml(family)}" font-size="${size}"${weight} text-anchor="${anchor(this.textAlign)}"`
    // A clip would move with the text's own transform, so it goes around it.
    this.parts.push(
      `<g${this.common()}><text ${place} ${font} ${attributes}>${escapeXml(text)}</text></g>`,
    )
  }

  private common(): string {
    const alpha = this.globalAlpha < 1 ? ` opacity="${number(this.globalAlpha)}"` : ''
    return this.clipId ? `${alpha} clip-path="url(#${this.clipId})"` : alpha
  }

  private at(x: number, y: number): string {
    const [a, b, c, d, e, f] = this.matrix
    return `${number(a * x + c * y + e)} ${number(b * x + d * y + f)}`
  }
}
