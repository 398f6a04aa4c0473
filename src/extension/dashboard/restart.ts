import type { RunManifest } from '../../runs/manifest'

/** Flags of a sparse training by the keys of the form's fields. */
const keys: Readonly<Record<string, string>> = {
  '--data': 'data',
  '--cfg': 'cfg',
  '--weights': 'weights',
  '--epochs': 'epochs',
  '--batch-size': 'batch',
  '--batch': 'batch',
  '--img-size': 'imgsz',
  '--imgsz': 'imgsz',
  '--img': 'imgsz',
  '--engine': 'engine',
  '--device': 'device',
  '--hyp': 'hyp',
  '--reg': 'reg',
  '--sr-schedule': 'srSchedule',
  '--percent': 'percent',
}

/** What the form of a sparse training begins with to do a run again with another sr. */
export function restartValues(
  { commandLine }: Pick<RunManifest, 'commandLine'>,
  sr: number,
): Record<string, string> {
  const values: Record<string, string> = {}
  commandLine.forEach((argument, at) => {
    const [flag = '', joined] = argument.split(/=(.*)/s)
    const key = keys[flag]
    const value = joined ?? commandLine[at + 1]
    if (key !== undefined && value !== undefined) values[key] = value
  })
  return { ...values, sr: String(sr) }
}
