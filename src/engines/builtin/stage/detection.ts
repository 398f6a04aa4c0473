import type { Detection, Release } from '../../../core/yolov5/release'
import type { BuiltinRelease } from '../contract'
import { trainFlags, valFlags } from './flagTable'

/** As which release the engine trains for a checkout: its own, or the nearest that the engine knows. */
export function releaseFor(release: Release): BuiltinRelease {
  if (release === 'v3.1' || release === 'v4.0') return 'v5.0'
  return release === 'master' ? 'v7.0' : release
}

/** What a checkout of v7.0 would be, for a folder without one; paths of a data.yaml are relative to `root`. */
export function withoutCheckout(root: string): Detection {
  return {
    root,
    release: 'v7.0',
    confidence: 0,
    evidence: [],
    capabilities: {
      trainSignature: [],
      trainEntry: 'main',
      evaluation: 'val',
      dataLoaderModule: 'utils.dataloaders',
      clipsGradients: true,
      callbacks: {},
      trainFlags,
      evaluationFlags: valFlags,
      results: 'results.csv',
      bnParamGroup: 2,
      modules: [],
      modelClass: 'DetectionModel',
      segmentation: false,
      classification: false,
      yamlActivation: true,
      dataPath: true,
      dataBase: 'root',
      dataKeys: ['train', 'val', 'names'],
      dictNames: true,
      hyp: '',
      layout: 'repository',
      slimmingScripts: [],
    },
  }
}
