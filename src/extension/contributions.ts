/** Every command of the package manifest; a test keeps both in step. */
export const commandIds = {
  detect: 'yolov5-slim.detect',
  selectCheckout: 'yolov5-slim.selectCheckout',
  train: 'yolov5-slim.train',
  sparse: 'yolov5-slim.sparse',
  prune: 'yolov5-slim.prune',
  finetune: 'yolov5-slim.finetune',
  nextRound: 'yolov5-slim.nextRound',
  runAll: 'yolov5-slim.runAll',
  validate: 'yolov5-slim.validate',
  runScript: 'yolov5-slim.runScript',
  stop: 'yolov5-slim.stop',
  resume: 'yolov5-slim.resume',
  retry: 'yolov5-slim.retry',
  openDashboard: 'yolov5-slim.openDashboard',
  compare: 'yolov5-slim.compare',
  export: 'yolov5-slim.export',
  openCheckpoint: 'yolov5-slim.openCheckpoint',
  checkWorkspace: 'yolov5-slim.checkWorkspace',
  getYolov5: 'yolov5-slim.getYolov5',
  newDataSet: 'yolov5-slim.newDataSet',
  splitDataSet: 'yolov5-slim.splitDataSet',
  selectEngine: 'yolov5-slim.selectEngine',
  selectPython: 'yolov5-slim.selectPython',
  installBackend: 'yolov5-slim.installBackend',
  openTensorBoard: 'yolov5-slim.openTensorBoard',
  runDemo: 'yolov5-slim.runDemo',
  showLog: 'yolov5-slim.showLog',
  copyDiagnostics: 'yolov5-slim.copyDiagnostics',
  doctor: 'yolov5-slim.doctor',
  openRunFolder: 'yolov5-slim.openRunFolder',
  copyCommand: 'yolov5-slim.copyCommand',
  renameRun: 'yolov5-slim.renameRun',
  deleteRun: 'yolov5-slim.deleteRun',
  filterRuns: 'yolov5-slim.filterRuns',
  clearFilter: 'yolov5-slim.clearFilter',
  sortRuns: 'yolov5-slim.sortRuns',
  refresh: 'yolov5-slim.refresh',
} as const

export type CommandName = keyof typeof commandIds

/** Commands that start a process or write into the workspace: `enablement` hides them without trust. */
export const trustedCommands = [
  'train',
  'sparse',
  'prune',
  'finetune',
  'nextRound',
  'runAll',
  'validate',
  'runScript',
  'stop',
  'resume',
  'retry',
  'export',
  'getYolov5',
  'newDataSet',
  'splitDataSet',
  'selectPython',
  'installBackend',
  'openTensorBoard',
  'runDemo',
  'doctor',
  'renameRun',
  'deleteRun',
] as const satisfies readonly CommandName[]

export function needsTrust(name: CommandName): boolean {
  return (trustedCommands as readonly CommandName[]).includes(name)
}

export const settings = {
  section: 'yolov5-slim',
  /** Keys below the section. */
  python: 'python',
  engine: 'engine',
  queue: 'queue',
  notifications: 'notifications',
} as const

export const viewIds = {
  experiments: 'yolov5-slim.experiments',
  workspace: 'yolov5-slim.workspace',
} as const

/** Webview panels that come back after a reload. */
export const panelIds = {
  form: 'yolov5-slim.form',
  dashboard: 'yolov5-slim.dashboard',
} as const

/** Custom editors. */
export const editorIds = {
  checkpoint: 'yolov5-slim.checkpoint',
} as const

/** Keys of `when` clauses that the extension sets. */
export const contextKeys = {
  hasCheckout: 'yolov5-slim.hasCheckout',
  /** The chosen checkout has slimming scripts of its own. */
  hasScripts: 'yolov5-slim.hasScripts',
  hasRuns: 'yolov5-slim.hasRuns',
  running: 'yolov5-slim.running',
  /** There is a run that broke off and has a checkpoint to go on from. */
  resumable: 'yolov5-slim.resumable',
  /** There is a run that broke off. */
  retryable: 'yolov5-slim.retryable',
  /** There is a finetuning that the next round goes on from. */
  finetuned: 'yolov5-slim.finetuned',
  filtered: 'yolov5-slim.filtered',
  noPython: 'yolov5-slim.noPython',
} as const

/** Keys of the workspace's memory. */
export const memoryKeys = {
  answers: 'answers',
  checkout: 'checkout',
  experiments: 'experiments',
} as const

/** `source` of diagnostics and name of the log channel. */
export const displayName = 'YOLOv5 Slim'
