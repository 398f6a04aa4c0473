// Vector functions shared by the kernels. Everything is float32, four at a time.

/** e^x, relative error about 2e-7: x = n·ln 2 + r, a polynomial of degree 6 in r, and n into the exponent. */
@inline
export function exp4(x: v128): v128 {
  const clamped = f32x4.max(f32x4.min(x, f32x4.splat(88.0)), f32x4.splat(-87.0))
  const n = f32x4.nearest(f32x4.mul(clamped, f32x4.splat(1.4426950408889634)))
  let r = f32x4.sub(clamped, f32x4.mul(n, f32x4.splat(0.693359375)))
  r = f32x4.add(r, f32x4.mul(n, f32x4.splat(2.12194440054690583e-4)))
  let p = f32x4.splat(1.0 / 720.0)
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.0 / 120.0))
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.0 / 24.0))
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.0 / 6.0))
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(0.5))
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.0))
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.0))
  const exponent = i32x4.shl(i32x4.trunc_sat_f32x4_s(n), 23)
  return i32x4.add(p, exponent)
}

@inline
export function sigmoid4(x: v128): v128 {
  return f32x4.div(f32x4.splat(1.0), f32x4.add(f32x4.splat(1.0), exp4(f32x4.neg(x))))
}

// Activations by number: 0 identity, 1 SiLU, 2 ReLU, 3 LeakyReLU, 4 Hardswish.

@inline
export function activate4(kind: i32, slope: f32, z: v128): v128 {
  if (kind == 1) return f32x4.mul(z, sigmoid4(z))
  if (kind == 2) return f32x4.max(z, f32x4.splat(0.0))
  if (kind == 3) {
    return v128.bitselect(z, f32x4.mul(z, f32x4.splat(slope)), f32x4.gt(z, f32x4.splat(0.0)))
  }
  if (kind == 4) {
    const gate = f32x4.min(
      f32x4.max(f32x4.add(z, f32x4.splat(3.0)), f32x4.splat(0.0)),
      f32x4.splat(6.0),
    )
    return f32x4.mul(z, f32x4.mul(gate, f32x4.splat(1.0 / 6.0)))
  }
  return z
}

/** dy times the activation's slope at z. */
@inline
export function activationGradient4(kind: i32, slope: f32, z: v128, dy: v128): v128 {
  const zero = f32x4.splat(0.0)
  if (kind == 1) {
    const s = sigmoid4(z)
    const one = f32x4.splat(1.0)
    return f32x4.mul(
      dy,
      f32x4.mul(s, f32x4.add(one, f32x4.mul(z, f32x4.sub(one, s)))),
    )
  }
  if (kind == 2) return v128.and(dy, f32x4.gt(z, zero))
  if (kind == 3) {
    return v128.bitselect(dy, f32x4.mul(dy, f32x4.splat(slope)), f32x4.gt(z, zero))
  }
  if (kind == 4) {
    const inner = f32x4.add(f32x4.mul(z, f32x4.splat(1.0 / 3.0)), f32x4.splat(0.5))
    const below = f32x4.lt(z, f32x4.splat(-3.0))
    const above = f32x4.gt(z, f32x4.splat(3.0))
    const factor = v128.bitselect(
      f32x4.splat(1.0),
      v128.bitselect(zero, inner, below),
      above,
    )
    return f32x4.mul(dy, factor)
  }
  return dy
}

/** The last, incomplete vector of a row: `count` floats from `at`, the rest zero. */
@inline
export function loadSome(at: usize, count: i32): v128 {
  let value = f32x4.splat(0.0)
  value = v128.load32_lane(at, value, 0)
  if (count > 1) value = v128.load32_lane(at + 4, value, 1)
  if (count > 2) value = v128.load32_lane(at + 8, value, 2)
  return value
}

@inline
export function storeSome(at: usize, count: i32, value: v128): void {
  v128.store32_lane(at, value, 0)
  if (count > 1) v128.store32_lane(at + 4, value, 1)
  if (count > 2) v128.store32_lane(at + 8, value, 2)
}
