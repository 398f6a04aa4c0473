/** Releases told apart. The PyPI package `yolov5` carries the label of the release that it matches. */
export const releases = ['v3.1', 'v4.0', 'v5.0', 'v6.0', 'v6.1', 'v6.2', 'v7.0', 'master'] as const
export type Release = (typeof releases)[number]

/** One option of a script's argparse parser, read from its source. */
export type ScriptFlag = {
  /** All spellings, e.g. `['--imgsz', '--img', '--img-size']`. */
  readonly names: readonly string[]
  /** Attribute name on `opt`. */
  readonly dest: string
  readonly arity: 'none' | 'one' | 'optional' | 'many'
  readonly type: 'string' | 'int' | 'float' | 'flag'
  /** Absent where the source computes them. */
  readonly choices?: readonly string[]
  /** The default's source text, e.g. `ROOT / 'yolov5s.pt'`. */
  readonly default?: string
  readonly help?: string
}

/** What code asks for instead of a version string; every field is probed from the checkout's source. */
export type Capabilities = {
  /** Parameter names of `train()` in train.py. */
  readonly trainSignature: readonly string[]
  /** How train.py is entered: `main(opt, callbacks)`, or its `if __name__ == '__main__'` block only. */
  readonly trainEntry: 'main' | 'script'
  readonly evaluation: 'val' | 'test'
  readonly dataLoaderModule: 'utils.datasets' | 'utils.dataloaders'
  /** train.py unscales gradients and clips them before the optimizer's step. */
  readonly clipsGradients: boolean
  /** Parameter order of each `on_…` callback that train.py runs, by name; empty before callbacks existed. */
  readonly callbacks: Readonly<Record<string, readonly string[]>>
  readonly trainFlags: readonly ScriptFlag[]
  readonly evaluationFlags: readonly ScriptFlag[]
  readonly results: 'results.txt' | 'results.csv'
  /** Index of the optimizer's parameter group that holds BN gammas. */
  readonly bnParamGroup: number
  /** What a model yaml may name: classes and functions that models/yolo.py sees of models/, and torch.nn's classes. */
  readonly modules: readonly string[]
  /** A model yaml may name more than `modules`, and what it is can't be told. */
  readonly moreModules?: true
  readonly modelClass: 'Model' | 'DetectionModel'
  readonly segmentation: boolean
  readonly classification: boolean
  /** The model yaml's `activation:` key is read. */
  readonly yamlActivation: boolean
  /** data.yaml's `path:` key is read. */
  readonly dataPath: boolean
  /** What relative paths of data.yaml are relative to, where `path:` is absent or itself relative. */
  readonly dataBase: 'root' | 'cwd'
  /** Keys that data.yaml must have. Where `nc` is not among them, it is taken from `names`. */
  readonly dataKeys: readonly ('train' | 'val' | 'nc' | 'names')[]
  /** data.yaml's `names:` may be a dict. */
  readonly dictNames: boolean
  /** Default hyperparameter file, relative to the root. */
  readonly hyp: string
  /** `packaged`: modules import `yolov5.…` and scripts live in the package. */
  readonly layout: 'repository' | 'packaged'
  /** Slimming scripts of a fork that lie in the root, e.g. `train_sparsity.py`. */
  readonly slimmingScripts: readonly string[]
}

export type Detection = {
  /** Absolute path of the checkout. */
  readonly root: string
  readonly release: Release
  /** 1 when every piece of evidence agrees; lower the more of it is missing or contradicts. */
  readonly confidence: number
  /** Sentences a person can read: `utils/dataloaders.py exists; segment/train.py does not`. */
  readonly evidence: readonly string[]
  readonly capabilities: Capabilities
}
