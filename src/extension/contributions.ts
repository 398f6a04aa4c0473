/** Every command of the package manifest; a test keeps both in step. */
export const commandIds = {
  detect: 'yolov5-slim.detect',
  selectCheckout: 'yolov5-slim.selectCheckout',
  train: 'yolov5-slim.train',
  sparse: 'yolov5-slim.sparse',
  prune: 'yolov5-slim.prune',
  finetune: 'yolov5-slim.finetune',
  validate: 'yolov5-slim.validate',
  stop: 'yolov5-slim.stop',
  showLog: 'yolov5-slim.showLog',
  inspect: 'yolov5-slim.inspect',
  runs: 'yolov5-slim.runs',
  doctor: 'yolov5-slim.doctor',
  installBackend: 'yolov5-slim.installBackend',
} as const

export type CommandName = keyof typeof commandIds

/** Commands that start a process or write into the workspace: `enablement` hides them without trust. */
export const trustedCommands = [
  'train',
  'sparse',
  'prune',
  'finetune',
  'validate',
  'stop',
  'doctor',
  'installBackend',
] as const satisfies readonly CommandName[]

export function needsTrust(name: CommandName): boolean {
  return (trustedCommands as readonly CommandName[]).includes(name)
}

export const settings = {
  section: 'yolov5-slim',
  /** Keys below the section. */
  python: 'python',
  engine: 'engine',
} as const

/** Keys of the workspace's memory. */
export const memoryKeys = {
  answers: 'answers',
  checkout: 'checkout',
} as const

/** `source` of diagnostics and name of the log channel. */
export const displayName = 'YOLOv5 Slim'
