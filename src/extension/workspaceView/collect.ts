import { basename } from 'node:path'
import * as l10n from '@vscode/l10n'
import type { GpuSample } from '../../engines/common/gpus'
import type { Preflight } from '../../engines/pytorch/python'
import { formatBytes } from '../../runs/format/numbers'
import { confidenceText } from '../checkouts/collect'
import { commandIds } from '../contributions'
import type { CheckpointFact, DataSetFact, Known, WorkspaceFacts } from './facts'

/** A line of the workspace view, with what mends or shows it. */
export type FactNode = {
  /** Lasting, for what is expanded. */
  readonly id: string
  readonly label: string
  readonly description?: string
  readonly icon: string
  readonly color?: string
  readonly tooltip?: string
  readonly command?: {
    readonly id: string
    readonly title: string
    readonly args?: readonly unknown[]
  }
  readonly children?: readonly FactNode[]
}

const warning = { icon: 'warning', color: 'list.warningForeground' } as const
const good = { color: 'testing.iconPassed' } as const

/** The lines of the workspace view, from the release down to the checkpoints. */
export function collectFacts(facts: WorkspaceFacts): readonly FactNode[] {
  if (!facts.hasFolder) return []
  return [
    release(facts),
    engine(facts),
    ...python(facts.python),
    ...facts.gpus.map((gpu) => gpuNode(gpu, facts.busy)),
    dataSets(facts.dataSets),
    checkpoints(facts.checkpoints),
  ]
}

function release({ selected, checkouts }: WorkspaceFacts): FactNode {
  const id = 'release'
  if (!selected) {
    return {
      ...{ id, label: l10n.t('No YOLOv5 found'), ...warning },
      description: l10n.t('the built-in engine works without'),
      command: { id: commandIds.getYolov5, title: l10n.t('Get YOLOv5') },
    }
  }
  const several = checkouts.length > 1
  return {
    ...{ id, label: `YOLOv5 ${selected.release}`, icon: 'layers', ...good },
    description: `${basename(selected.root)} · ${confidenceText(selected.confidence)}`,
    tooltip: selected.root,
    command: several
      ? { id: commandIds.selectCheckout, title: l10n.t('Choose Checkout') }
      : { id: commandIds.detect, title: l10n.t('Detect Version') },
    children: selected.evidence.map((sentence, i) => ({
      ...{ id: `release/${i}`, label: sentence, icon: 'search', tooltip: sentence },
    })),
  }
}

function engine({
  engine: setting,
  python: found,
  selected,
  namesPython,
}: WorkspaceFacts): FactNode {
  const ready = namesPython || (found.kind === 'known' && isReady(found.value))
  const used = setting === 'auto' ? (ready && selected ? 'pytorch' : 'builtin') : setting
  const names: Readonly<Record<string, string>> = {
    pytorch: 'PyTorch',
    builtin: l10n.t('built-in engine'),
  }
  const unknown = setting === 'auto' && selected && found.kind === 'looking'
  return {
    ...{ id: 'engine', label: l10n.t('Engine: {0}', setting), icon: 'server-process' },
    ...(setting === 'auto' && !unknown ? { description: names[used] ?? used } : {}),
    command: { id: commandIds.selectEngine, title: l10n.t('Select Engine') },
  }
}

/** What lines say is wrong, which a person may mend outside of the window: by pip, or by putting images there. */
export function faultyPieces({
  python: found,
  dataSets: sets,
}: Pick<WorkspaceFacts, 'python' | 'dataSets'>): readonly ('python' | 'dataSets')[] {
  const isFaulty = found.kind === 'fault' || (found.kind === 'known' && !isReady(found.value))
  const haveFaults =
    sets.kind === 'fault' || (sets.kind === 'known' && sets.value.some(({ problem }) => problem))
  return [...(isFaulty ? ['python' as const] : []), ...(haveFaults ? ['dataSets' as const] : [])]
}

function isReady({ missing, problems }: Preflight): boolean {
  return missing.length === 0 && problems.length === 0
}

function python(known: Known<Preflight>): readonly FactNode[] {
  const select = { id: commandIds.selectPython, title: l10n.t('Select Python') }
  const id = 'python'
  if (known.kind !== 'known') return [unknown(id, 'Python', known, select)]
  const { python: interpreter, torch, missing, install, problems } = known.value
  const nodes: FactNode[] = [
    {
      ...{ id, label: `Python ${interpreter.version}`, icon: 'symbol-misc', ...good },
      ...{ description: interpreter.executable, tooltip: interpreter.executable, command: select },
    },
  ]
  if (torch) {
    const build = torch.cuda
      ? `CUDA ${torch.cuda}`
      : torch.rocm
        ? `ROCm ${torch.rocm}`
        : l10n.t('CPU build')
    nodes.push({
      ...{ id: 'torch', label: `torch ${torch.version}`, icon: 'flame', ...good },
      description: build,
      command: { id: commandIds.doctor, title: l10n.t('Check Environment') },
    })
  }
  if (missing.length > 0) {
    nodes.push({
      ...{ id: 'missing', ...warning },
      label: l10n.t('Missing: {0}', missing.map(({ pip }) => pip).join(', ')),
      tooltip: install.join('\n'),
      command: { id: commandIds.doctor, title: l10n.t('Check Environment') },
    })
  }
  for (const { module, text } of problems) {
    nodes.push({
      ...{ id: `problem/${module}`, label: l10n.t('{0} does not load', module), ...warning },
      ...{ description: text, tooltip: text },
      command: { id: commandIds.doctor, title: l10n.t('Check Environment') },
    })
  }
  return nodes
}

function gpuNode(gpu: GpuSample, busy: ReadonlyMap<string, string>): FactNode {
  const { index, name, load, memoryUsed, memoryTotal, temperature } = gpu
  const run = busy.get(`gpu:${index}`)
  const facts = [
    ...(load === undefined ? [] : [`${Math.round(load * 100)} %`]),
    ...(memoryUsed === undefined || memoryTotal === undefined
      ? []
      : [l10n.t('{0} of {1}', formatBytes(memoryUsed), formatBytes(memoryTotal))]),
    ...(temperature === undefined ? [] : [`${temperature} °C`]),
    ...(run === undefined ? [] : [run]),
  ]
  return {
    ...{ id: `gpu/${index}`, label: `GPU ${index}: ${name}`, icon: 'circuit-board', ...good },
    description: facts.join(' · '),
    tooltip: [`GPU ${index}: ${name}`, ...facts].join('\n'),
    command: { id: commandIds.refresh, title: l10n.t('Refresh') },
  }
}

function dataSets(known: WorkspaceFacts['dataSets']): FactNode {
  const id = 'data'
  const create = { id: commandIds.newDataSet, title: l10n.t('New Data Set Config') }
  const label = l10n.t('Data sets')
  if (known.kind !== 'known') return unknown(id, label, known, create)
  if (known.value.length === 0) {
    return { ...{ id, label: l10n.t('No data set found'), ...warning }, command: create }
  }
  const there = (set: DataSetFact) => (set.images === undefined ? 1 : 0)
  const sorted = [...known.value].sort((a, b) => there(a) - there(b) || (a.name < b.name ? -1 : 1))
  const usable = sorted.filter(({ images, problem }) => images !== undefined && !problem).length
  return {
    ...{ id, label, icon: 'database', description: String(usable) },
    children: sorted.map(dataSetNode),
  }
}

function dataSetNode({ file, name, classes, images, problem }: DataSetFact): FactNode {
  const facts = [
    ...(images === undefined ? [] : [l10n.t('{0} images', images)]),
    ...(classes === undefined ? [] : [l10n.t('{0} classes', classes)]),
  ]
  const open = { id: 'vscode.open', title: l10n.t('Open'), args: [file] }
  const base = { id: `data/${file}`, label: name, command: open }
  if (!problem) {
    return { ...base, icon: 'database', ...good, description: facts.join(' · '), tooltip: file }
  }
  const missing = images === undefined && classes !== undefined
  return {
    ...base,
    // Releases bring yamls of data sets that nobody has fetched: that is no fault.
    ...(missing ? { icon: 'circle-outline' } : warning),
    description: [...(missing ? [l10n.t('no images here')] : []), ...facts].join(' · '),
    tooltip: [file, problem.text, problem.remedy].join('\n'),
  }
}

function checkpoints(known: WorkspaceFacts['checkpoints']): FactNode {
  const id = 'checkpoints'
  const open = { id: commandIds.openCheckpoint, title: l10n.t('Open Checkpoint') }
  const label = l10n.t('Checkpoints')
  if (known.kind !== 'known') return unknown(id, label, known, open)
  if (known.value.length === 0) {
    return {
      ...{ id, label: l10n.t('No checkpoint found'), icon: 'circle-outline' },
      command: open,
    }
  }
  return {
    ...{ id, label, icon: 'file-binary', description: String(known.value.length) },
    children: known.value.map(checkpointNode),
  }
}

function checkpointNode({ file, name, bytes, ...facts }: CheckpointFact): FactNode {
  const { release: made, classes, unsafe = 0, problem } = facts
  const parts = [
    ...(made === undefined ? [] : [made]),
    ...(classes === undefined ? [] : [l10n.t('{0} classes', classes)]),
    formatBytes(bytes),
    ...(unsafe > 0 ? [l10n.t('imports what no YOLOv5 needs')] : []),
  ]
  return {
    ...{ id: `checkpoint/${file}`, label: name },
    ...(problem !== undefined || unsafe > 0 ? warning : { icon: 'file-binary' }),
    description: parts.join(' · '),
    tooltip: problem === undefined ? file : `${file}\n${problem}`,
    command: { id: commandIds.openCheckpoint, title: l10n.t('Open Checkpoint'), args: [file] },
  }
}

function unknown(
  id: string,
  label: string,
  known: Exclude<Known<unknown>, { kind: 'known' }>,
  mend: NonNullable<FactNode['command']>,
): FactNode {
  switch (known.kind) {
    case 'looking':
      return { id, label, icon: 'loading~spin', description: l10n.t('looking …') }
    case 'untrusted':
      return {
        ...{ id, label, icon: 'workspace-untrusted' },
        description: l10n.t('not looked at: the workspace is not trusted'),
        command: { id: 'workbench.trust.manage', title: l10n.t('Manage trust') },
      }
    case 'fault': {
      const { text, remedy } = known
      return {
        id,
        label,
        ...warning,
        description: text,
        tooltip: `${text}\n${remedy}`,
        command: mend,
      }
    }
  }
}
