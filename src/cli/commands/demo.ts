import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import * as l10n from '@vscode/l10n'
import { defaultPlanOptions } from '../../core/slimming/plan'
import { type PruneReport, pruneCheckpoint } from '../../core/slimming/pruneCheckpoint'
import type { Detection } from '../../core/yolov5/release'
import { isSameArchitecture } from '../../engines/builtin/checkpoint/architecture'
import { buildCheckpoint } from '../../engines/builtin/checkpoint/build'
import { openModel, openModelFile } from '../../engines/builtin/checkpoint/open'
import { defaultSample, writeSample } from '../../engines/builtin/sample/sample'
import { releaseFor } from '../../engines/builtin/stage/detection'
import { formatBytes, formatCount, formatScore } from '../../runs/format/numbers'
import { reportStage } from '../../runs/report'
import type { ReportStage } from '../../runs/reportData'
import { readRun } from '../../runs/snapshot'
import type { ScriptStage } from '../aliases'
import { requireCheckout } from '../checkout'
import { usageError } from '../errors'
import { pruneReportLines } from '../format/pruneReport'
import { tableLines } from '../format/table'
import { modelFacts } from '../modelSize'
import { preparePruneRecord } from '../pruneRecord'
import { exitCodes, outColors, print } from '../terminal'
import { writeReport } from './report'
import { launchStage } from './stage'

export type DemoOptions = { readonly dir: string }

/** Share of the prunable channels that the demo removes. */
const percent = 0.6
const size = `${defaultSample.size}`

/** Epochs of each stage, chosen such that two cores are done in three to four minutes. */
const epochs = { train: '60', sparse: '24', finetune: '46' }

/**
 * `demo [REPO]`: the whole loop on drawn shapes with the built-in engine, from the baseline that comes with this
 * program; with a YOLOv5 folder, with its release and its cfg.
 */
export async function demo(repo: string | undefined, options: DemoOptions): Promise<number> {
  const began = performance.now()
  const dir = resolve(options.dir)
  if (existsSync(dir)) {
    throw usageError(
      'folder-exists',
      l10n.t('{0} exists already.', dir),
      l10n.t('Delete it, or name another folder with --dir.'),
    )
  }
  const detection = repo === undefined ? undefined : await requireCheckout(process.cwd(), repo)
  const { data, images } = await writeSample(join(dir, 'data'), defaultSample)
  print(l10n.t('{0} images of drawn shapes in {1}', images, dirname(data)))
  const run = new Demo(dir, data, detection)
  const failed = await run.go()
  if (failed !== undefined) return failed
  const report = join(dir, 'report.html')
  await writeReport({ title: l10n.t('YOLOv5 Slim demo'), stages: run.stages }, report)
  print('', ...summary(run.stages), '')
  const minutes = (performance.now() - began) / 60_000
  print(outColors.green(l10n.t('done in {0} min; charts: {1}', minutes.toFixed(1), report)))
  return exitCodes.ok
}

class Demo {
  readonly stages: ReportStage[] = []
  readonly #dir: string
  readonly #data: string
  readonly #detection: Detection | undefined

  constructor(dir: string, data: string, detection: Detection | undefined) {
    this.#dir = dir
    this.#data = data
    this.#detection = detection
  }

  /** The exit code of the stage that failed; undefined when all went well. */
  async go(): Promise<number | undefined> {
    const cfg = await this.#cfg()
    let baseline = join(sampleFolder(), 'baseline.pt')
    if (cfg && !(await fits(baseline, cfg, this.#detection))) {
      print(l10n.t('{0} is another network than our baseline, so one is trained first', cfg))
      const trained = await this.#train('train', ['--cfg', cfg, '--weights', ''], 'baseline')
      if (trained.code !== exitCodes.ok) return trained.code
      baseline = join(trained.runDir, 'weights', 'best.pt')
    }
    const scored = await this.#stage('val', ['--weights', baseline, '--batch-size', '32'], 'val')
    if (scored.code !== exitCodes.ok) return scored.code
    await this.#note(scored.runDir, baseline, { name: l10n.t('baseline'), stage: 'baseline' })

    const sparseArgs = ['--weights', baseline, '--percent', `${percent}`]
    const sparse = await this.#train('sparse', [...sparseArgs, ...hypArgs('sparse')], 'sparse')
    if (sparse.code !== exitCodes.ok) return sparse.code
    const last = join(sparse.runDir, 'weights', 'last.pt')
    await this.#note(sparse.runDir, last)

    const { output: pruned, layers } = await this.#prune(last)
    const cut = await this.#stage('val', ['--weights', pruned, '--batch-size', '32'], 'val-pruned')
    if (cut.code !== exitCodes.ok) return cut.code
    await this.#note(cut.runDir, pruned, { name: l10n.t('pruned'), stage: 'prune', layers })
    const finetuneArgs = ['--weights', pruned, ...hypArgs('finetune')]
    const finetune = await this.#train('finetune', finetuneArgs, 'finetune')
    if (finetune.code !== exitCodes.ok) return finetune.code
    await this.#note(finetune.runDir, join(finetune.runDir, 'weights', 'best.pt'))
    return undefined
  }

  async #note(
    runDir: string,
    checkpoint: string,
    change: Partial<ReportStage> = {},
  ): Promise<void> {
    const model = modelFacts(checkpoint)
    this.stages.push({
      ...(await reportStage(await readRun(runDir))),
      ...change,
      ...(model ? { model } : {}),
    })
  }

  async #prune(weights: string): Promise<PruneReport> {
    const output = join(this.#dir, 'pruned.pt')
    const project = join(this.#dir, 'runs')
    const request = {
      ...{ weights, output, absorb: true, dryRun: false, imageSize: defaultSample.size },
      options: { ...defaultPlanOptions, amount: { kind: 'percent', percent }, round: 1 },
    } as const
    const record = await preparePruneRecord({
      options: { name: 'pruned', project, percent },
      ...{ request, checkout: this.#detection, inputs: { data: this.#data }, cwd: process.cwd() },
      typed: [
        ...['prune', '--weights', weights, '--percent', `${percent}`, '--round', '1'],
        ...['--imgsz', size, '--output', output, '--project', project, '--name', 'pruned'],
      ],
    })
    const report = pruneCheckpoint(request)
    await record.write(report, undefined)
    print('', ...pruneReportLines(report).slice(-6))
    return report
  }

  #train(
    stage: 'train' | 'sparse' | 'finetune',
    args: readonly string[],
    name: string,
  ): Promise<StageEnd> {
    const common = ['--batch-size', '16', '--epochs', epochs[stage]]
    return this.#stage(stage, [...args, ...common], name)
  }

  async #stage(stage: ScriptStage, args: readonly string[], name: string): Promise<StageEnd> {
    // As v7.0 trains: up to v6.1 the first 1000 iterations are warm-up, which is more than there are here.
    const all = [
      ...args,
      ...[
        '--engine',
        'builtin',
        '--device',
        'wasm',
        '--as',
        'v7.0',
        '--data',
        this.#data,
        '--img-size',
        size,
      ],
      ...['--project', join(this.#dir, 'runs'), '--name', name],
      ...(this.#detection ? ['--checkout', this.#detection.root] : []),
    ]
    print('')
    // Without a folder given, one that the person happens to be in is none of its business.
    const aloof = this.#detection === undefined
    const command = { stage, args: all, notes: [] }
    const { code, runDir = '' } = await launchStage(command, [stage, ...all], { aloof })
    return { code, runDir }
  }

  /** The repository's smallest model. */
  async #cfg(): Promise<string | undefined> {
    if (!this.#detection) return undefined
    const { root } = this.#detection
    const found = ['yolov5n.yaml', 'yolov5s.yaml']
      .map((name) => join(root, 'models', name))
      .find((path) => existsSync(path))
    if (found) return found
    throw usageError(
      'no-cfg',
      l10n.t('{0} has neither models/yolov5n.yaml nor models/yolov5s.yaml.', root),
      l10n.t('Leave the folder out to use our own.'),
    )
  }
}

type StageEnd = { readonly code: number; readonly runDir: string }

/** Whether the baseline's weights are of the network that a yaml describes. */
async function fits(
  baseline: string,
  cfg: string,
  detection: Detection | undefined,
): Promise<boolean> {
  const given = openModelFile(baseline)
  const bytes = buildCheckpoint({
    ...{ release: detection ? releaseFor(detection.release) : given.release, file: cfg, seed: 0 },
    ...{ text: await readFile(cfg, 'utf8'), nc: given.head.nc, names: given.names },
    anchorsPerLevel: undefined,
  })
  return isSameArchitecture(given.layout, openModel(cfg, bytes).layout)
}

function hypArgs(stage: 'sparse' | 'finetune'): string[] {
  return ['--hyp', join(sampleFolder(), `hyp.${stage}.yaml`)]
}

/** Beside the program's folder, in a clone as in the package. */
function sampleFolder(): string {
  return join(dirname(__filename), '..', 'media', 'sample')
}

function summary(stages: readonly ReportStage[]): string[] {
  const heads = ['', 'mAP50', 'mAP50_95', l10n.t('channels'), l10n.t('parameters'), l10n.t('size')]
  return tableLines([
    heads,
    ...stages.map(({ name, mAP50, mAP50_95, model }) => [
      name,
      formatScore(mAP50),
      formatScore(mAP50_95),
      `${model?.channels ?? ''}`,
      model ? formatCount(model.parameters) : '',
      model ? formatBytes(model.bytes) : '',
    ]),
  ])
}
