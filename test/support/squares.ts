import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Draws squares of two classes, in the one format that the stand-ins of YOLOv5 read; returns the data yaml. */
export function drawSquares(root: string, train: number, val: number): string {
  let seed = 1
  const random = (limit: number) => {
    seed = (seed * 1103515245 + 12345) % 2147483648
    return Math.floor((seed / 2147483648) * limit)
  }
  const size = 64
  for (const [split, count] of Object.entries({ train, val })) {
    mkdirSync(join(root, 'images', split), { recursive: true })
    mkdirSync(join(root, 'labels', split), { recursive: true })
    for (let k = 0; k < count; k++) {
      const pixels = Buffer.alloc(size * size * 3, 40)
      const labels: string[] = []
      for (let n = 0; n < 2; n++) {
        const kind = random(2)
        const side = 12 + random(14)
        const x = random(size - side)
        const y = random(size - side)
        for (let row = y; row < y + side; row++) {
          for (let column = x; column < x + side; column++) {
            pixels[(row * size + column) * 3 + kind * 2] = 250
          }
        }
        const centre = [(x + side / 2) / size, (y + side / 2) / size, side / size, side / size]
        labels.push(`${kind} ${centre.map((v) => v.toFixed(5)).join(' ')}`)
      }
      const header = Buffer.from(`P6\n${size} ${size}\n255\n`)
      writeFileSync(join(root, 'images', split, `${k}.ppm`), Buffer.concat([header, pixels]))
      writeFileSync(join(root, 'labels', split, `${k}.txt`), `${labels.join('\n')}\n`)
    }
  }
  return writeDataYaml(root, 'data.yaml', ['red', 'blue'])
}

export function writeDataYaml(root: string, name: string, names: readonly string[]): string {
  const file = join(root, name)
  const paths = `train: ${root}/images/train\nval: ${root}/images/val\n`
  writeFileSync(file, `${paths}nc: ${names.length}\nnames: [${names.join(', ')}]\n`)
  return file
}
