import { resolve } from 'node:path'
import * as l10n from '@vscode/l10n'
import { startTensorBoard } from '../../engines/tensorboard/server'
import { optionalCheckout } from '../checkout'
import { exitCodes, print, printAside } from '../terminal'

export type TensorBoardCommandOptions = {
  readonly logdir?: string
  readonly host?: string
  readonly port?: string
  readonly python?: string
}

/** Starts TensorBoard on the runs, says where it is, and ends it on Ctrl-C. */
export async function tensorboard(options: TensorBoardCommandOptions): Promise<number> {
  const cwd = process.cwd()
  const root = (await optionalCheckout(cwd, undefined))?.root ?? cwd
  const logdir = options.logdir === undefined ? resolve(root, 'runs') : resolve(cwd, options.logdir)
  const board = await startTensorBoard({
    python: { cwd, ...(options.python === undefined ? {} : { flag: options.python }) },
    logdir,
    ...(options.host === undefined ? {} : { host: options.host }),
    ...(options.port === undefined ? {} : { port: Number(options.port) }),
  })
  print(board.url)
  printAside(l10n.t('it shows {0}; Ctrl-C ends it', logdir))
  const end = (): void => void board.stop()
  process.on('SIGINT', end)
  process.on('SIGTERM', end)
  await board.ended
  return exitCodes.ok
}
