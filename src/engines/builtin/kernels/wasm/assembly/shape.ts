// Moving pixels about, NHWC.

/** Copies `count` channels of each of `rows` pixels from one tensor into another. */
export function copyChannels(
  from: usize,
  fromChannels: i32,
  fromStart: i32,
  to: usize,
  toChannels: i32,
  toStart: i32,
  count: i32,
  rows: i32,
): void {
  const bytes = (<usize>count) << 2
  let source = from + ((<usize>fromStart) << 2)
  let target = to + ((<usize>toStart) << 2)
  for (let r = 0; r < rows; r++) {
    memory.copy(target, source, bytes)
    source += (<usize>fromChannels) << 2
    target += (<usize>toChannels) << 2
  }
}

export function upsample(
  x: usize,
  y: usize,
  batch: i32,
  height: i32,
  width: i32,
  channels: i32,
  factor: i32,
): void {
  const bytes = (<usize>channels) << 2
  const rowBytes = bytes * <usize>(width * factor)
  for (let r = 0; r < batch * height; r++) {
    const first = y + <usize>(r * factor) * rowBytes
    let target = first
    for (let c = 0; c < width; c++) {
      const source = x + <usize>(r * width + c) * bytes
      for (let f = 0; f < factor; f++) {
        memory.copy(target, source, bytes)
        target += bytes
      }
    }
    for (let f = 1; f < factor; f++) memory.copy(first + <usize>f * rowBytes, first, rowBytes)
  }
}

export function upsampleGradient(
  dy: usize,
  dx: usize,
  batch: i32,
  height: i32,
  width: i32,
  channels: i32,
  factor: i32,
): void {
  memory.fill(dx, 0, (<usize>(batch * height * width) * <usize>channels) << 2)
  const outWidth = width * factor
  for (let r = 0; r < batch * height * factor; r++) {
    for (let c = 0; c < outWidth; c++) {
      const source = dy + ((<usize>(r * outWidth + c) * <usize>channels) << 2)
      const target = dx + ((<usize>((r / factor) * width + c / factor) * <usize>channels) << 2)
      let i = 0
      for (; i + 4 <= channels; i += 4) {
        const at = (<usize>i) << 2
        v128.store(target + at, f32x4.add(v128.load(target + at), v128.load(source + at)))
      }
      for (; i < channels; i++) {
        const at = (<usize>i) << 2
        store<f32>(target + at, load<f32>(target + at) + load<f32>(source + at))
      }
    }
  }
}

/** The first of several largest cells of a window takes the gradient. */
export function maxPoolGradient(
  dy: usize,
  x: usize,
  dx: usize,
  batch: i32,
  height: i32,
  width: i32,
  channels: i32,
  outHeight: i32,
  outWidth: i32,
  size: i32,
  stride: i32,
  pad: i32,
): void {
  memory.fill(dx, 0, (<usize>(batch * height * width) * <usize>channels) << 2)
  for (let n = 0; n < batch; n++) {
    for (let oy = 0; oy < outHeight; oy++) {
      const y0 = max(oy * stride - pad, 0)
      const y1 = min(oy * stride - pad + size, height)
      for (let ox = 0; ox < outWidth; ox++) {
        const x0 = max(ox * stride - pad, 0)
        const x1 = min(ox * stride - pad + size, width)
        const slopes = dy + ((<usize>((n * outHeight + oy) * outWidth + ox) * <usize>channels) << 2)
        for (let c = 0; c < channels; c++) {
          let best: f32 = -Infinity
          let place: usize = 0
          for (let iy = y0; iy < y1; iy++) {
            for (let ix = x0; ix < x1; ix++) {
              const at = (<usize>((n * height + iy) * width + ix) * <usize>channels + <usize>c) << 2
              const value = load<f32>(x + at)
              if (value > best || place == 0) {
                best = value
                place = dx + at
              }
            }
          }
          store<f32>(place, load<f32>(place) + load<f32>(slopes + ((<usize>c) << 2)))
        }
      }
    }
  }
}
