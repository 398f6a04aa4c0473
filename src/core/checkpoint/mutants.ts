/** Damaged checkpoints, for tests of whatever opens them. */

/** mulberry32: the same mutations on every machine. */
export function generator(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) % below
  }
}

export type Region = { readonly start: number; readonly end: number }

/** Where `data.pkl` lies, and the position of its checksum in the directory, so that mutants pass the check. */
export function pickleRegion(bytes: Buffer): Region & { readonly crcAt: number } {
  const end = bytes.lastIndexOf('PK\x05\x06')
  for (let at = bytes.indexOf('PK\x01\x02'); at >= 0 && at < end; ) {
    const nameLength = bytes.readUInt16LE(at + 28)
    const name = bytes.toString('utf8', at + 46, at + 46 + nameLength)
    if (name.endsWith('data.pkl')) {
      const local = bytes.readUInt32LE(at + 42)
      const start = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28)
      return { start, end: start + bytes.readUInt32LE(at + 20), crcAt: at + 16 }
    }
    at += 46 + nameLength + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32)
  }
  throw new Error('no data.pkl')
}

const extremes = [0, 1, 0x7f, 0x80, 0xff]

/** One to four small damages: flipped bits, extreme bytes, copied, zeroed or cut ranges. */
export function mutate(
  original: Buffer,
  region: Region,
  random: (below: number) => number,
): Buffer {
  const bytes = Buffer.from(original)
  const size = region.end - region.start
  for (let n = 1 + random(4); n > 0; n--) {
    const at = region.start + random(size)
    const length = Math.min(1 + random(16), region.end - at)
    switch (random(5)) {
      case 0:
        bytes[at] = (bytes[at] ?? 0) ^ (1 << random(8))
        break
      case 1:
        bytes.fill(extremes[random(extremes.length)] ?? 0, at, at + length)
        break
      case 2:
        bytes.copyWithin(at, region.start + random(size), region.start + random(size))
        break
      case 3:
        bytes[at] = random(256)
        break
      default:
        bytes.copyWithin(at, at + length, region.end)
    }
  }
  return bytes
}
