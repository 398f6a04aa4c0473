import { scanFlagsOfCode } from './argparse'
import { callbackArguments } from './callbacks'
import { hasMoreModules, modelModules } from './modelModules'
import { parameters, stringLiterals } from './python'
import type { Capabilities, ScriptFlag } from './release'
import type { Sources } from './sources'

const TRAIN = 'train.py'
const YOLO = 'models/yolo.py'

/** Scripts that forks add: sparse training, pruning, finetuning; `sparity` is a spelling found in the wild. */
const SLIMMING_SCRIPT = /^(?=.*(?:prun|spars|sparity|slim)).*\.py$/i

/** train.py imports the pip package's modules by their full name. */
export function isPackaged(sources: Sources): boolean {
  return /^[ \t]*(?:from|import)\s+yolov5\./m.test(sources.code(TRAIN))
}

/** Scripts in the root that a fork added for network slimming. */
export function slimmingScripts(sources: Sources): readonly string[] {
  return sources
    .paths()
    .filter((path) => !path.includes('/') && SLIMMING_SCRIPT.test(path))
    .sort()
}

/**
 * Position of the group that holds BN gammas in `optimizer.param_groups`: the list that BatchNorm weights
 * are appended to, in the order in which the lists reach the optimizer. Up to v6.1 that happens in train.py,
 * from v6.2 in `smart_optimizer` of utils/torch_utils.py.
 */
function bnParamGroup(sources: Sources): number {
  const train = sources.code(TRAIN)
  const code = /\.add_param_group\(/.test(train) ? train : sources.code('utils/torch_utils.py')
  const list = '(\\w+(?:\\[\\d\\])?)'
  const gamma =
    new RegExp(
      `isinstance\\(\\w+,\\s*(?:nn\\.BatchNorm2d|bn)\\b[^\\n]*\\n\\s*${list}\\.append\\(`,
    ).exec(code)?.[1] ??
    // v3.1 sorts by parameter name, and gammas are "all else".
    new RegExp(`\\.bn[^\\n]*\\n[^\\n]*\\n\\s*else:\\s*${list}\\.append\\(`).exec(code)?.[1]
  const first = new RegExp(`\\b(?:SGD|Adam|AdamW|RMSprop)\\(\\s*${list}\\s*,`).exec(code)?.[1]
  const added = new RegExp(`add_param_group\\(\\s*\\{\\s*["']params["']\\s*:\\s*${list}`, 'g')
  const groups = [first, ...[...code.matchAll(added)].map((match) => match[1])]
  return gamma === undefined ? 0 : Math.max(0, groups.indexOf(gamma))
}

/** The body of a top-level function, up to the next line that is not indented. */
export function functionBody(code: string, name: string): string {
  const start = new RegExp(`^def ${name}\\(`, 'm').exec(code)?.index
  if (start === undefined) return ''
  const end = /\n(?=[^\s#)])/.exec(code.slice(start))?.index
  return end === undefined ? code.slice(start) : code.slice(start, start + end)
}

/** `nc` is counted from v7.0 on; `names` are made up from v6.0 to v6.2. Train and val are always read. */
function dataKeys(checkDataset: string): Capabilities['dataKeys'] {
  const counted = /data\[["']nc["']\]\s*=\s*len\(/.test(checkDataset)
  const invented = /["']names["']\s+not\s+in\s+data/.test(checkDataset)
  return [
    'train',
    'val',
    ...(counted ? [] : ['nc' as const]),
    ...(invented ? [] : ['names' as const]),
  ]
}

function hypFile(flags: readonly ScriptFlag[], sources: Sources): string {
  const flag = flags.find(({ dest }) => dest === 'hyp')
  const named = stringLiterals(flag?.default ?? '').at(-1)
  if (named?.endsWith('.yaml')) return named
  return sources.has('data/hyps') ? 'data/hyps/hyp.scratch-low.yaml' : 'data/hyp.scratch.yaml'
}

/** Everything that code asks instead of a release's name, read from the sources and never executed. */
export function probe(sources: Sources): Capabilities {
  const train = sources.code(TRAIN)
  const yolo = sources.code(YOLO)
  const checkDataset = functionBody(sources.code('utils/general.py'), 'check_dataset')
  const trainFlags = scanFlagsOfCode(train)
  const imports = (name: string): boolean =>
    new RegExp(
      `^[ \\t]*(?:import (?:yolov5\\.)?${name}\\b|from yolov5 import ${name}\\b)`,
      'm',
    ).test(train)
  const evaluation = imports('val') || (!imports('test') && sources.has('val.py')) ? 'val' : 'test'
  const loaders = /\bfrom\s+(?:yolov5\.)?utils\.(datasets|dataloaders)\s+import\b/.exec(train)?.[1]
  return {
    trainSignature: parameters(train, 'train') ?? [],
    trainEntry: /^def main\(\s*opt\b/m.test(train) ? 'main' : 'script',
    evaluation,
    dataLoaderModule:
      (loaders ?? (sources.has('utils/dataloaders.py') ? 'dataloaders' : 'datasets')) ===
      'dataloaders'
        ? 'utils.dataloaders'
        : 'utils.datasets',
    clipsGradients: /\bclip_grad_norm_\(/.test(train),
    callbacks: callbackArguments(sources),
    trainFlags,
    evaluationFlags: scanFlagsOfCode(sources.code(`${evaluation}.py`)),
    results: /["']results\.txt["']/.test(train) ? 'results.txt' : 'results.csv',
    bnParamGroup: bnParamGroup(sources),
    modules: modelModules(sources),
    ...(hasMoreModules(sources, functionBody(yolo, 'parse_model')) ? { moreModules: true } : {}),
    modelClass: /^class DetectionModel\(/m.test(yolo) ? 'DetectionModel' : 'Model',
    segmentation: sources.has('segment/train.py'),
    classification: sources.has('classify/train.py'),
    yamlActivation: /\.get\(\s*["']activation["']/.test(yolo),
    dataPath: /\.get\(\s*["']path["']/.test(checkDataset),
    dataBase: /\bROOT\s*\/\s*path\b/.test(checkDataset) ? 'root' : 'cwd',
    dataKeys: dataKeys(checkDataset),
    dictNames: /isinstance\(\s*data\[["']names["']\],/.test(checkDataset),
    hyp: hypFile(trainFlags, sources),
    layout: isPackaged(sources) ? 'packaged' : 'repository',
    slimmingScripts: slimmingScripts(sources),
  }
}
