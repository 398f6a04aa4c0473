import * as l10n from '@vscode/l10n'
import { Command, Option } from 'commander'
import { criteria, reductions } from '../core/slimming/scores'
import { type ScriptStage, stages } from './aliases'
import type { CheckOptions } from './commands/check'
import type { DemoOptions } from './commands/demo'
import type { DoctorOptions } from './commands/doctor'
import type { PruneOptions } from './commands/prune'
import type { ReportOptions } from './commands/report'
import type { RunsOptions } from './commands/runs'
import type { SampleCommandOptions } from './commands/sample'
import type { ScriptOptions } from './commands/script'
import type { SplitCommandOptions } from './commands/split'
import type { StopCommandOptions } from './commands/stop'
import type { TensorBoardCommandOptions } from './commands/tensorboard'
import { helpWords } from './helpWords'
import { integerOption, numberOption, percentOption, versionOption } from './options'
import { loopSummary, stageSummary } from './stageSummary'
import { slimVersion } from './version'

/** Where a command leaves its exit code. */
export type Outcome = { code: number }

/**
 * The parser for the commands of fixed flags. Each loads its own code only when it is the one: a prune shall not
 * wait for what trains. Stages are listed here for the help; their flags depend on the release.
 *
 * @param typed the words after the program name, as typed
 */
export function buildProgram(typed: readonly string[], outcome: Outcome): Command {
  const program = new Command('yolov5-slim')
  program
    // Of `script`, whose words behind the script's name are the script's.
    .enablePositionalOptions()
    .description(
      l10n.t('Make YOLOv5 models smaller by network slimming: train sparse, prune, finetune.'),
    )
    .version(slimVersion, '-V, --version', l10n.t('print the version'))
    .helpOption('-h, --help', l10n.t('print this text'))
    .helpCommand('help [command]', l10n.t('print the help of a command'))
    .exitOverride()
    .configureOutput({ writeErr: () => undefined, outputError: () => undefined })
    .configureHelp(helpWords())
    .showSuggestionAfterError()

  const json = () => new Option('--json', l10n.t('print JSON'))
  const repo = () =>
    new Option('--checkout <dir>', l10n.t('the YOLOv5 folder; default: found from here'))

  program
    .command('detect')
    .argument('[dir]', l10n.t('folder to look in'), '.')
    .description(l10n.t('Tell which YOLOv5 release a folder holds, and how that is known.'))
    .addOption(json())
    .action(async (dir: string, options: { json?: true }) => {
      const { detect } = await import('./commands/detect')
      outcome.code = await detect(dir, options)
    })

  program
    .command('inspect')
    .argument('<file>', l10n.t('checkpoint'))
    .description(l10n.t('Show what a checkpoint holds, without executing anything in it.'))
    .addOption(json())
    .action(async (file: string, options: { json?: true }) => {
      const { inspect } = await import('./commands/inspect')
      outcome.code = await inspect(file, options)
    })

  program
    .command('check')
    .argument('[paths...]', l10n.t('files or folders of a YOLOv5 checkout; default: this one'))
    .description(
      l10n.t('Find what does not fit the detected release: yamls, scripts, notebooks, weights.'),
    )
    .option('--torch <version>', l10n.t('the torch that scripts run with, e.g. 2.6'), versionOption)
    .addOption(repo())
    .addOption(json())
    .action(async (paths: string[], options: CheckOptions) => {
      const { check } = await import('./commands/check')
      outcome.code = await check(paths, options)
    })

  program
    .command('doctor')
    .description(l10n.t('Check whether training could start here; installs nothing.'))
    .option('--python <python>', l10n.t('interpreter or virtual environment; default: python3'))
    .addOption(repo())
    .addOption(json())
    .action(async (options: DoctorOptions) => {
      const { doctor } = await import('./commands/doctor')
      outcome.code = await doctor(options)
    })

  for (const stage of stages) addStage(program, stage)
  addPrune(program, typed, outcome).addOption(repo()).addOption(json())

  program
    .command('loop')
    .usage('[flags]')
    .description(loopSummary())
    .helpOption(false)
    .allowUnknownOption()

  program
    .command('predict')
    .usage('[flags]')
    .description(l10n.t('Find objects in images and draw them; many of detect.py’s flags.'))
    .helpOption(false)
    .allowUnknownOption()

  program
    .command('runs')
    .description(l10n.t('List the runs as lineage, with their state, mAP and size.'))
    .option('--project <dir>', l10n.t('another folder that holds runs'))
    .addOption(repo())
    .addOption(json())
    .action(async (options: RunsOptions) => {
      const { runs } = await import('./commands/runs')
      outcome.code = await runs(options)
    })

  program
    .command('sample')
    .argument('<dir>', l10n.t('new folder'))
    .description(l10n.t('Write a small data set of drawn shapes, to try things with.'))
    .option('--train <n>', l10n.t('training images; default: {0}', 320), integerOption(1))
    .option('--val <n>', l10n.t('validation images; default: {0}', 128), integerOption(1))
    .option('--size <px>', l10n.t('side of an image; default: {0}', 96), integerOption(32, 4096))
    .option(
      '--seed <n>',
      l10n.t('another seed draws other images; default: {0}', 1),
      integerOption(0),
    )
    .addOption(json())
    .action(async (dir: string, options: SampleCommandOptions) => {
      const { sample } = await import('./commands/sample')
      outcome.code = await sample(dir, options)
    })

  program
    .command('split')
    .argument('<dir>', l10n.t('folder with images, and labels beside'))
    .description(l10n.t('Divide images into training and validation images; moves nothing.'))
    .option('--val <share>', l10n.t('share to validate with'), numberOption(0, 1), 0.2)
    .option('--test <share>', l10n.t('share to test with'), numberOption(0, 1), 0)
    .option('--seed <n>', l10n.t('another seed divides otherwise'), integerOption(0), 0)
    .option('--copy <dir>', l10n.t('copy images and labels there instead of writing lists'))
    .option('--force', l10n.t('replace lists that are there'))
    .addOption(json())
    .action(async (dir: string, options: SplitCommandOptions) => {
      const { split } = await import('./commands/split')
      outcome.code = await split(dir, options)
    })

  program
    .command('report')
    .argument(
      '<run...>',
      l10n.t('names, ids or folders of runs, in the order in which they shall appear'),
    )
    .description(l10n.t('Write one HTML page with the mAP and gamma charts of some runs.'))
    .option('--output <file>', l10n.t('file to write'), 'report.html')
    .option('--project <dir>', l10n.t('another folder that holds runs'))
    .addOption(repo())
    .action(async (references: string[], options: ReportOptions) => {
      const { report } = await import('./commands/report')
      outcome.code = await report(references, options)
    })

  program
    .command('demo')
    .argument('[repo]', l10n.t('a YOLOv5 folder whose release and cfg to use'))
    .description(
      l10n.t(
        'Slim a small model on drawn shapes, from sparse training to the report; needs only Node.',
      ),
    )
    .option('--dir <dir>', l10n.t('new folder for everything it writes'), 'yolov5-slim-demo')
    .action(async (repository: string | undefined, options: DemoOptions) => {
      const { demo } = await import('./commands/demo')
      outcome.code = await demo(repository, options)
    })

  program
    .command('script')
    .argument('<name>', l10n.t('a slimming script in the root of the checkout'))
    .argument('[args...]', l10n.t('its own arguments, handed over as they are'))
    .description(
      l10n.t(
        'Run a slimming script of the workspace’s own, with charts and a place in the lineage.',
      ),
    )
    .option('--python <interpreter>', l10n.t('Python that runs it'))
    .option('--detach', l10n.t('start the run, print its id and folder, and leave it running'))
    .option('--queue', l10n.t('wait until no other run of this machine uses the device'))
    .option('--json', l10n.t('print the run’s events as JSON lines, and nothing else, on stdout'))
    .option(
      '--trust-weights',
      l10n.t('load weights that import globals which are neither YOLOv5’s nor torch’s'),
    )
    .addOption(repo())
    .passThroughOptions()
    .action(async (name: string, args: string[], options: ScriptOptions) => {
      const { script } = await import('./commands/script')
      outcome.code = await script(name, args, options, typed)
    })

  program
    .command('internal-script', { hidden: true })
    .argument('<file>')
    .action(async (file: string) => {
      const { followScript } = await import('../engines/scripts/follow')
      outcome.code = await followScript(file)
    })

  program
    .command('tensorboard')
    .description(l10n.t('Show the runs in TensorBoard, which must be installed.'))
    .option('--logdir <dir>', l10n.t('folder of the event files; default: runs of the checkout'))
    .option('--host <address>', l10n.t('address to listen on'), '127.0.0.1')
    .option('--port <number>', l10n.t('port to listen on; 0: any that is free'), '0')
    .option('--python <interpreter>', l10n.t('Python that has TensorBoard'))
    .action(async (options: TensorBoardCommandOptions) => {
      const { tensorboard } = await import('./commands/tensorboard')
      outcome.code = await tensorboard(options)
    })

  const backend = program
    .command('backend')
    .description(l10n.t('What the built-in engine computes on: GPUs, native code, wasm.'))
  backend
    .command('list')
    .description(l10n.t('Show what is there, what works, and how fast it is.'))
    .addOption(json())
    .action(async (options: { json?: true }) => {
      const { listBackends } = await import('./commands/backend')
      outcome.code = await listBackends(options)
    })
  backend
    .command('install')
    .argument('<kind>', 'cuda, webgpu, native')
    .description(l10n.t('Fetch one with npm into a folder of ours, and try it.'))
    .action(async (kind: string) => {
      const { install } = await import('./commands/backend')
      outcome.code = await install(kind)
    })

  program
    .command('stop')
    .argument('<run>', l10n.t('name, id or folder of a run'))
    .description(l10n.t('Stop a run and everything it started.'))
    .option('--project <dir>', l10n.t('another folder that holds runs'))
    .addOption(repo())
    .addOption(json())
    .action(async (reference: string, options: StopCommandOptions) => {
      const { stop } = await import('./commands/stop')
      outcome.code = await stop(reference, options)
    })

  program
    .command('internal-queue', { hidden: true })
    .argument('<id>')
    .argument('<run-dir>')
    .action(async (id: string, runDir: string) => {
      const { internalQueue } = await import('./commands/internalQueue')
      outcome.code = await internalQueue(id, runDir)
    })
  program.command('internal-plan', { hidden: true }).action(async () => {
    const { internalPlan } = await import('./commands/internalPlan')
    outcome.code = await internalPlan()
  })
  program
    .command('internal-checkpoint', { hidden: true })
    .argument('<file>')
    .option('--norms', 'the norms of its filters instead')
    .action(async (file: string, options: { norms?: true }) => {
      const { internalCheckpoint } = await import('./commands/internalCheckpoint')
      outcome.code = await internalCheckpoint(file, options)
    })
  program.addHelpText(
    'after',
    [
      '',
      l10n.t(
        'train_sparsity.py, prune.py, finetune_pruned.py, train.py, val.py and test.py are understood too.',
      ),
      l10n.t('Flags of a stage: {0}', 'yolov5-slim sparse --help'),
    ].join('\n'),
  )
  return program
}

function addStage(program: Command, stage: ScriptStage): void {
  program
    .command(stage)
    .usage('[flags]')
    .description(stageSummary(stage))
    .helpOption(false)
    .allowUnknownOption()
}

function addPrune(program: Command, typed: readonly string[], outcome: Outcome): Command {
  return program
    .command('prune')
    .description(l10n.t('Cut the channels with small |gamma| out of a checkpoint.'))
    .option('--weights <file>', l10n.t('checkpoint to prune'))
    .option(
      '--percent <share>',
      l10n.t('share of the prunable channels to remove, 0 to 1, or "zero": what costs nothing'),
      percentOption,
    )
    .option('--threshold <gamma>', l10n.t('remove every channel below it'), numberOption(0))
    .option(
      '--epsilon <gamma>',
      l10n.t('what --percent zero takes for zero'),
      numberOption(0),
      1e-3,
    )
    .option('--output <file>', l10n.t('file to write'), 'pruned_model.pt')
    .option(
      '--round <n>',
      l10n.t('kept channels are rounded up to a multiple'),
      integerOption(1),
      8,
    )
    .option('--min-channels <n>', l10n.t('what every layer keeps'), integerOption(1), 1)
    .option('--max-layer-percent <share>', l10n.t('cap for one layer'), numberOption(0, 1), 1)
    .option('--keep <glob...>', l10n.t('layers that stay whole, e.g. "model.24.*"'))
    .addOption(
      new Option('--criterion <name>', l10n.t('what ranks channels: gamma, or filter norms'))
        .choices([...criteria])
        .default('gamma'),
    )
    .addOption(
      new Option('--reduce <name>', l10n.t('how tied channels become one score'))
        .choices([...reductions])
        .default('max'),
    )
    .option('--no-absorb', l10n.t('drop the constants of removed channels'))
    .option('--img, --imgsz <px>', l10n.t('image size for GFLOPs'), integerOption(32), 640)
    .option('--data <file>', l10n.t('as prune.py; for the next command'))
    .option('--cfg <file>', l10n.t('as prune.py; not needed'))
    .option('--name <name>', l10n.t('name of the run that records the prune'))
    .option('--project <dir>', l10n.t('where it is recorded; default: runs/prune'))
    .option('--dry-run', l10n.t('only plan; write nothing'))
    .action(async (options: Omit<PruneOptions, 'img'> & { readonly imgsz: number }) => {
      const { prune } = await import('./commands/prune')
      const { imgsz, ...rest } = options
      outcome.code = await prune({ ...rest, img: imgsz }, typed)
    })
}
