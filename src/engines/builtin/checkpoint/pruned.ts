import { stringify } from 'yaml'
import { checkpointModel, mappingOf } from '../../../core/checkpoint/model'
import { plainValue } from '../../../core/checkpoint/moduleTree'
import { hasFewerChannels, isSameArchitecture } from './architecture'
import { buildCheckpoint } from './build'
import { reopened } from './edit'
import { type OpenModel, openModel } from './open'
import { stateOf } from './torchModules'

/**
 * Whether a model has fewer channels than the one of its own yaml, which pruning leaves as it was. A smaller relative
 * of some --cfg, as yolov5n's weights are of yolov5s.yaml, has not. Never where the yaml cannot be built here.
 */
export function isPruned(open: OpenModel): boolean {
  const whole = wholeModel(open)
  return (
    whole !== undefined &&
    isSameArchitecture(open.layout, whole.layout) &&
    hasFewerChannels(open.layout, whole.layout)
  )
}

/** Whether pruned weights were made from the model of a --cfg, as far as names, kernels and multiples tell. */
export function isPrunedFrom(pruned: OpenModel, whole: OpenModel): boolean {
  const [own, other] = [ownYaml(pruned), ownYaml(whole)]
  return (
    isSameArchitecture(pruned.layout, whole.layout) &&
    own.width_multiple === other.width_multiple &&
    own.depth_multiple === other.depth_multiple
  )
}

function wholeModel(open: OpenModel): OpenModel | undefined {
  const { name, release, head } = open
  try {
    const bytes = buildCheckpoint({
      ...{ release, file: name, text: stringify(ownYaml(open)), nc: head.nc, seed: 0 },
      names: Array.from({ length: head.nc }, (_, i) => `${i}`),
      anchorsPerLevel: head.anchors[0]?.length,
    })
    return openModel(name, bytes, release)
  } catch {
    // The yaml is a fork's, with modules that are unknown here, or there is none.
    return undefined
  }
}

/** The yaml that a checkpoint remembers its model by; without keys where it has none. */
export function ownYaml(open: OpenModel): Readonly<Record<string, unknown>> {
  const { model } = checkpointModel(reopened(open).root)
  const entries = mappingOf(stateOf(model).get('yaml'))?.entries ?? []
  return Object.fromEntries(entries.map(([key, value]) => [String(key), plainValue(value)]))
}
