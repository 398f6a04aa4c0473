import { activate4, activationGradient4, loadSome, storeSome } from './simd'

// BatchNorm and activation over `rows` pixels of `channels` floats. `sums` and the like hold one float64 a channel:
// float32 sums over 100,000 pixels would lose the digits that the variance needs.

/** Rows that are summed in float32 before they go to the float64 sums. */
const block: i32 = 32

/** sums[c] = Σ x[r, c]; `partial` is scratch of `channels` rounded up to 4 floats. */
export function channelSums(x: usize, rows: i32, channels: i32, sums: usize, partial: usize): void {
  memory.fill(sums, 0, <usize>channels << 3)
  for (let from = 0; from < rows; from += block) {
    const to = min(from + block, rows)
    memory.fill(partial, 0, <usize>channels << 2)
    for (let r = from; r < to; r++) {
      const row = x + ((<usize>r * <usize>channels) << 2)
      let c = 0
      for (; c + 4 <= channels; c += 4) {
        const at = partial + (<usize>c << 2)
        v128.store(at, f32x4.add(v128.load(at), v128.load(row + (<usize>c << 2))))
      }
      for (; c < channels; c++) {
        const at = partial + (<usize>c << 2)
        store<f32>(at, load<f32>(at) + load<f32>(row + (<usize>c << 2)))
      }
    }
    addPartial(sums, partial, channels)
  }
}

/** sums[c] = Σ (x[r, c] − mean[c])². */
export function channelSquares(
  x: usize,
  rows: i32,
  channels: i32,
  mean: usize,
  sums: usize,
  partial: usize,
): void {
  memory.fill(sums, 0, <usize>channels << 3)
  for (let from = 0; from < rows; from += block) {
    const to = min(from + block, rows)
    memory.fill(partial, 0, <usize>channels << 2)
    for (let r = from; r < to; r++) {
      const row = x + ((<usize>r * <usize>channels) << 2)
      let c = 0
      for (; c + 4 <= channels; c += 4) {
        const offset = <usize>c << 2
        const d = f32x4.sub(v128.load(row + offset), v128.load(mean + offset))
        v128.store(partial + offset, f32x4.add(v128.load(partial + offset), f32x4.mul(d, d)))
      }
      for (; c < channels; c++) {
        const offset = <usize>c << 2
        const d = load<f32>(row + offset) - load<f32>(mean + offset)
        store<f32>(partial + offset, load<f32>(partial + offset) + d * d)
      }
    }
    addPartial(sums, partial, channels)
  }
}

@inline
function addPartial(sums: usize, partial: usize, channels: i32): void {
  for (let c = 0; c < channels; c++) {
    const at = sums + (<usize>c << 3)
    store<f64>(at, load<f64>(at) + <f64>load<f32>(partial + (<usize>c << 2)))
  }
}

/** y = activation(x · scale + shift), which may be x itself. */
export function scaleActivate(
  x: usize,
  y: usize,
  rows: i32,
  channels: i32,
  scale: usize,
  shift: usize,
  kind: i32,
  slope: f32,
): void {
  const whole = channels & ~3
  const rest = channels - whole
  for (let r = 0; r < rows; r++) {
    const base = (<usize>r * <usize>channels) << 2
    for (let c = 0; c < whole; c += 4) {
      const offset = <usize>c << 2
      const z = f32x4.add(
        f32x4.mul(v128.load(x + base + offset), v128.load(scale + offset)),
        v128.load(shift + offset),
      )
      v128.store(y + base + offset, activate4(kind, slope, z))
    }
    if (rest > 0) {
      const offset = <usize>whole << 2
      const z = f32x4.add(
        f32x4.mul(loadSome(x + base + offset, rest), loadSome(scale + offset, rest)),
        loadSome(shift + offset, rest),
      )
      storeSome(y + base + offset, rest, activate4(kind, slope, z))
    }
  }
}

/**
 * dz = dy · activation'(x · scale + shift), with sums[c] = Σ dz and products[c] = Σ dz · x. `partial` is scratch of
 * twice `channels` floats.
 */
export function activationGradient(
  dy: usize,
  x: usize,
  dz: usize,
  rows: i32,
  channels: i32,
  scale: usize,
  shift: usize,
  mean: usize,
  kind: i32,
  slope: f32,
  sums: usize,
  products: usize,
  partial: usize,
): void {
  const whole = channels & ~3
  const rest = channels - whole
  const second = partial + (<usize>channels << 2)
  memory.fill(sums, 0, <usize>channels << 3)
  memory.fill(products, 0, <usize>channels << 3)
  for (let from = 0; from < rows; from += block) {
    const to = min(from + block, rows)
    memory.fill(partial, 0, <usize>channels << 3)
    for (let r = from; r < to; r++) {
      const base = (<usize>r * <usize>channels) << 2
      for (let c = 0; c < whole; c += 4) {
        const offset = <usize>c << 2
        const value = v128.load(x + base + offset)
        const z = f32x4.add(
          f32x4.mul(value, v128.load(scale + offset)),
          v128.load(shift + offset),
        )
        const d = activationGradient4(kind, slope, z, v128.load(dy + base + offset))
        v128.store(dz + base + offset, d)
        v128.store(partial + offset, f32x4.add(v128.load(partial + offset), d))
        const centred = f32x4.sub(value, v128.load(mean + offset))
        v128.store(
          second + offset,
          f32x4.add(v128.load(second + offset), f32x4.mul(d, centred)),
        )
      }
      if (rest > 0) {
        const offset = <usize>whole << 2
        const value = loadSome(x + base + offset, rest)
        const z = f32x4.add(
          f32x4.mul(value, loadSome(scale + offset, rest)),
          loadSome(shift + offset, rest),
        )
        const d = activationGradient4(kind, slope, z, loadSome(dy + base + offset, rest))
        storeSome(dz + base + offset, rest, d)
        storeSome(partial + offset, rest, f32x4.add(loadSome(partial + offset, rest), d))
        const centred = f32x4.sub(value, loadSome(mean + offset, rest))
        storeSome(
          second + offset,
          rest,
          f32x4.add(loadSome(second + offset, rest), f32x4.mul(d, centred)),
        )
      }
    }
    addPartial(sums, partial, channels)
    addPartial(products, second, channels)
  }
}

/** dx = dz · a + x · b + c by channel, in place of dz. */
export function combine(
  dz: usize,
  x: usize,
  rows: i32,
  channels: i32,
  a: usize,
  b: usize,
  c: usize,
): void {
  const whole = channels & ~3
  for (let r = 0; r < rows; r++) {
    const base = (<usize>r * <usize>channels) << 2
    let i = 0
    for (; i < whole; i += 4) {
      const offset = <usize>i << 2
      const value = f32x4.add(
        f32x4.add(
          f32x4.mul(v128.load(dz + base + offset), v128.load(a + offset)),
          f32x4.mul(v128.load(x + base + offset), v128.load(b + offset)),
        ),
        v128.load(c + offset),
      )
      v128.store(dz + base + offset, value)
    }
    for (; i < channels; i++) {
      const offset = <usize>i << 2
      store<f32>(
        dz + base + offset,
        load<f32>(dz + base + offset) * load<f32>(a + offset) +
          load<f32>(x + base + offset) * load<f32>(b + offset) +
          load<f32>(c + offset),
      )
    }
  }
}
