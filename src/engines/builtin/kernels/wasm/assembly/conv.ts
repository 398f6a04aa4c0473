// Gradients of a convolution, NHWC and HWIO.

/**
 * dk[ky, kx, ci, co] = Σ x[n, y·stride + ky·dilation − pad, …, ci] · dy[n, y, x, co]: outer products of pixels, in
 * blocks of 4 × 8 that stay in registers over a row. No patches are copied.
 */
export function kernelGradient(
  x: usize,
  dy: usize,
  dk: usize,
  batch: i32,
  height: i32,
  width: i32,
  inputs: i32,
  outHeight: i32,
  outWidth: i32,
  outputs: i32,
  kernelHeight: i32,
  kernelWidth: i32,
  stride: i32,
  pad: i32,
  dilation: i32,
): void {
  const kernel = inputs * outputs
  memory.fill(dk, 0, (<usize>(kernelHeight * kernelWidth) * <usize>kernel) << 2)
  const xStep = (<usize>stride * <usize>inputs) << 2
  const dyStep = <usize>outputs << 2
  for (let n = 0; n < batch; n++) {
    for (let oy = 0; oy < outHeight; oy++) {
      const dyRow = dy + ((<usize>(n * outHeight + oy) * <usize>(outWidth * outputs)) << 2)
      for (let ky = 0; ky < kernelHeight; ky++) {
        const iy = oy * stride + ky * dilation - pad
        if (iy < 0 || iy >= height) continue
        const xRow = x + ((<usize>(n * height + iy) * <usize>(width * inputs)) << 2)
        for (let kx = 0; kx < kernelWidth; kx++) {
          const shift = kx * dilation - pad
          // Output columns whose input column exists.
          const first = shift >= 0 ? 0 : (-shift + stride - 1) / stride
          const last = min((width - 1 - shift) / stride, outWidth - 1)
          if (width - 1 - shift < 0 || last < first) continue
          outerProducts(
            xRow + ((<usize>(first * stride + shift) * <usize>inputs) << 2),
            dyRow + <usize>first * dyStep,
            dk + ((<usize>(ky * kernelWidth + kx) * <usize>kernel) << 2),
            last - first + 1,
            inputs,
            outputs,
            xStep,
            dyStep,
          )
        }
      }
    }
  }
}

/** d[i, o] += Σ over `count` pixels of a[i] · b[o]. */
@inline
function outerProducts(
  a: usize,
  b: usize,
  d: usize,
  count: i32,
  inputs: i32,
  outputs: i32,
  aStep: usize,
  bStep: usize,
): void {
  const row = <usize>outputs << 2
  let i = 0
  for (; i + 4 <= inputs; i += 4) {
    const a0 = a + (<usize>i << 2)
    const d0 = d + <usize>i * row
    const d1 = d0 + row
    const d2 = d1 + row
    const d3 = d2 + row
    let o = 0
    for (; o + 8 <= outputs; o += 8) {
      const at = <usize>o << 2
      let s00 = v128.load(d0 + at)
      let s01 = v128.load(d0 + at, 16)
      let s10 = v128.load(d1 + at)
      let s11 = v128.load(d1 + at, 16)
      let s20 = v128.load(d2 + at)
      let s21 = v128.load(d2 + at, 16)
      let s30 = v128.load(d3 + at)
      let s31 = v128.load(d3 + at, 16)
      let p = a0
      let q = b + at
      for (let k = 0; k < count; k++) {
        const left = v128.load(q)
        const right = v128.load(q, 16)
        let value = v128.load32_splat(p)
        s00 = f32x4.add(s00, f32x4.mul(value, left))
        s01 = f32x4.add(s01, f32x4.mul(value, right))
        value = v128.load32_splat(p, 4)
        s10 = f32x4.add(s10, f32x4.mul(value, left))
        s11 = f32x4.add(s11, f32x4.mul(value, right))
        value = v128.load32_splat(p, 8)
        s20 = f32x4.add(s20, f32x4.mul(value, left))
        s21 = f32x4.add(s21, f32x4.mul(value, right))
        value = v128.load32_splat(p, 12)
        s30 = f32x4.add(s30, f32x4.mul(value, left))
        s31 = f32x4.add(s31, f32x4.mul(value, right))
        p += aStep
        q += bStep
      }
      v128.store(d0 + at, s00)
      v128.store(d0 + at, s01, 16)
      v128.store(d1 + at, s10)
      v128.store(d1 + at, s11, 16)
      v128.store(d2 + at, s20)
      v128.store(d2 + at, s21, 16)
      v128.store(d3 + at, s30)
      v128.store(d3 + at, s31, 16)
    }
    for (; o < outputs; o++) {
      const at = <usize>o << 2
      let s0 = load<f32>(d0 + at)
      let s1 = load<f32>(d1 + at)
      let s2 = load<f32>(d2 + at)
      let s3 = load<f32>(d3 + at)
      let p = a0
      let q = b + at
      for (let k = 0; k < count; k++) {
        const value = load<f32>(q)
        s0 += load<f32>(p) * value
        s1 += load<f32>(p, 4) * value
        s2 += load<f32>(p, 8) * value
        s3 += load<f32>(p, 12) * value
        p += aStep
        q += bStep
      }
      store<f32>(d0 + at, s0)
      store<f32>(d1 + at, s1)
      store<f32>(d2 + at, s2)
      store<f32>(d3 + at, s3)
    }
  }
  for (; i < inputs; i++) {
    const a0 = a + (<usize>i << 2)
    const d0 = d + <usize>i * row
    let o = 0
    for (; o + 4 <= outputs; o += 4) {
      const at = <usize>o << 2
      let s = v128.load(d0 + at)
      let p = a0
      let q = b + at
      for (let k = 0; k < count; k++) {
        s = f32x4.add(s, f32x4.mul(v128.load32_splat(p), v128.load(q)))
        p += aStep
        q += bStep
      }
      v128.store(d0 + at, s)
    }
    for (; o < outputs; o++) {
      const at = <usize>o << 2
      let s = load<f32>(d0 + at)
      let p = a0
      let q = b + at
      for (let k = 0; k < count; k++) {
        s += load<f32>(p) * load<f32>(q)
        p += aStep
        q += bStep
      }
      store<f32>(d0 + at, s)
    }
  }
}

/**
 * The taps of a kernel that meet one phase of the input, as a kernel of their own for the input gradient: inputs and
 * outputs change places. Tap i of it is ky = firstY − i · stepY (and so for x): [tapsY, tapsX, outputs, inputs].
 */
export function phaseKernel(
  kernel: usize,
  phase: usize,
  kernelWidth: i32,
  inputs: i32,
  outputs: i32,
  tapsY: i32,
  tapsX: i32,
  firstY: i32,
  firstX: i32,
  step: i32,
): void {
  for (let i = 0; i < tapsY; i++) {
    for (let j = 0; j < tapsX; j++) {
      const from =
        kernel +
        ((<usize>((firstY - i * step) * kernelWidth + firstX - j * step) *
          <usize>(inputs * outputs)) <<
          2)
      const to = phase + ((<usize>(i * tapsX + j) * <usize>(inputs * outputs)) << 2)
      for (let ci = 0; ci < inputs; ci++) {
        for (let co = 0; co < outputs; co++) {
          store<f32>(
            to + (<usize>(co * inputs + ci) << 2),
            load<f32>(from + (<usize>(ci * outputs + co) << 2)),
          )
        }
      }
    }
  }
}

/** Writes rows and columns of one phase, skipping the first `skip` of each: to[phase + s·j] = from[skip + j]. */
export function interleave(
  from: usize,
  to: usize,
  batch: i32,
  fromHeight: i32,
  fromWidth: i32,
  height: i32,
  width: i32,
  channels: i32,
  phaseY: i32,
  phaseX: i32,
  stride: i32,
  skipY: i32,
  skipX: i32,
): void {
  const bytes = <usize>channels << 2
  for (let n = 0; n < batch; n++) {
    for (let y = phaseY, j = skipY; y < height; y += stride, j++) {
      let at = to + <usize>((n * height + y) * width + phaseX) * bytes
      let source = from + <usize>((n * fromHeight + j) * fromWidth + skipX) * bytes
      for (let x = phaseX; x < width; x += stride) {
        memory.copy(at, source, bytes)
        at += bytes * <usize>stride
        source += bytes
      }
    }
  }
}

/**
 * Gradients of a grouped convolution, plainly: few layers have one, and they are small. `groups` divides inputs and
 * outputs; the kernel is [h, w, inputs / groups, outputs]. dx may be 0 where nobody wants it.
 */
export function groupedGradients(
  x: usize,
  kernel: usize,
  dy: usize,
  dx: usize,
  dk: usize,
  batch: i32,
  height: i32,
  width: i32,
  inputs: i32,
  outHeight: i32,
  outWidth: i32,
  outputs: i32,
  size: i32,
  stride: i32,
  pad: i32,
  dilation: i32,
  groups: i32,
): void {
  const inGroup = inputs / groups
  const outGroup = outputs / groups
  for (let n = 0; n < batch; n++) {
    for (let oy = 0; oy < outHeight; oy++) {
      for (let ox = 0; ox < outWidth; ox++) {
        const slopes = dy + ((<usize>((n * outHeight + oy) * outWidth + ox) * <usize>outputs) << 2)
        for (let ky = 0; ky < size; ky++) {
          const iy = oy * stride + ky * dilation - pad
          if (iy < 0 || iy >= height) continue
          for (let kx = 0; kx < size; kx++) {
            const ix = ox * stride + kx * dilation - pad
            if (ix < 0 || ix >= width) continue
            const pixel = (<usize>((n * height + iy) * width + ix) * <usize>inputs) << 2
            const tap = (<usize>(ky * size + kx) * <usize>(inGroup * outputs)) << 2
            for (let co = 0; co < outputs; co++) {
              const slope = load<f32>(slopes + (<usize>co << 2))
              const base = (co / outGroup) * inGroup
              for (let ci = 0; ci < inGroup; ci++) {
                const weight = tap + (<usize>(ci * outputs + co) << 2)
                const input = pixel + (<usize>(base + ci) << 2)
                if (dk) store<f32>(dk + weight, load<f32>(dk + weight) + slope * load<f32>(x + input))
                if (dx) {
                  store<f32>(dx + input, load<f32>(dx + input) + slope * load<f32>(kernel + weight))
                }
              }
            }
          }
        }
      }
    }
  }
}
