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
    const isOutput = shapes.has(name.replace(/\.weight$/, '.bias')) && !/\.bn\./.test(name)
    return shape.every((size, i) => (i === 0 && isOutput) || size <= (whole[i] ?? 0))
  })
}
