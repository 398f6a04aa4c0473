import type { BuiltinData } from '../stage/contract'
import type { RunContext } from './context'

/** The data set of a stage that has one. */
export function dataOf({ config }: RunContext): BuiltinData {
  if (config.data) return config.data
  throw new Error(`the stage ${config.stage} was started without a data set`)
}
