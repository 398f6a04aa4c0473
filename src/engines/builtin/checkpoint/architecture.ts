import type { ParameterLayout } from '../contract'

/** Whether `a` has the modules of `b` under the same names; of its channels some may be pruned. */
export function isSameArchitecture(a: ParameterLayout, b: ParameterLayout): boolean {
  const outline = ({ parameters }: ParameterLayout): string =>
    parameters.map(({ name, shape }) => `${name} ${shape.slice(2).join()}`).join('\n')
  if (outline(a) !== outline(b)) return false
  // A larger or smaller relative is no pruned one: pruning makes no channel more.
  const shapes = new Map(b.parameters.map(({ name, shape }) => [name, shape]))
  // Outputs of Detect, whose convolutions alone have a bias, are as many as the classes want.
  return a.parameters.every(({ name, shape }) => {
    const whole = shapes.get(name) ?? []
    const output = isOutput(name, shapes)
    return shape.every((size, i) => (i === 0 && output) || size <= (whole[i] ?? 0))
  })
}

/** Whether `a`, of the same architecture as `b`, has fewer channels somewhere. */
export function hasFewerChannels(a: ParameterLayout, b: ParameterLayout): boolean {
  const shapes = new Map(b.parameters.map(({ name, shape }) => [name, shape]))
  return a.parameters.some(({ name, shape }) => {
    const output = isOutput(name, shapes)
    return shape.some((size, i) => !(i === 0 && output) && size < (shapes.get(name)?.[i] ?? 0))
  })
}

function isOutput(name: string, shapes: ReadonlyMap<string, unknown>): boolean {
  return shapes.has(name.replace(/\.weight$/, '.bias')) && !/\.bn\./.test(name)
}
