import type { Field, Values } from './field'
import { sharedKeys } from './stageFields'

/** What another stage takes over from a form: of what stages share, the values that it did not begin with. */
export function typedForAll(values: Values, before: Values): Values {
  return Object.fromEntries(
    sharedKeys.flatMap((key) => {
      const value = values[key]
      return value === undefined || value === before[key] ? [] : [[key, value]]
    }),
  )
}

/** What stays when another run is gone on from: what a person typed for this one, not what comes from that one. */
export function typedForRun({
  weights: _w,
  data: _d,
  cfg: _c,
  imgsz: _i,
  batch: _b,
  ...rest
}: Values): Values {
  return rest
}

/** The engine of the setting, where the form had that of the setting before. */
export function newSetting(
  values: Values,
  before: readonly Field[],
  after: readonly Field[],
): Values {
  const [old, now] = [before, after].map(
    (fields) => fields.find(({ key }) => key === 'engine')?.suggested,
  )
  return now !== undefined && values.engine === old ? { engine: now } : {}
}
