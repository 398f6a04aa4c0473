import type { CommandContext } from '../commands/context'
import type { CommandHandlers } from '../registerCommands'
import { selectEngine, selectPython } from './choices'
import { copyDiagnostics } from './copyDiagnostics'
import { newDataSet, splitDataSet } from './dataSets'
import { runDemo } from './demo'
import { getYolov5 } from './getYolov5'

/** What sets a workspace up: YOLOv5, data sets, engine, Python, the demo, and what a report of a problem needs. */
export function setupHandlers(
  context: CommandContext,
): Pick<
  CommandHandlers,
  | 'getYolov5'
  | 'newDataSet'
  | 'splitDataSet'
  | 'selectEngine'
  | 'selectPython'
  | 'runDemo'
  | 'copyDiagnostics'
> {
  return {
    getYolov5: (...args) => getYolov5(context, args),
    newDataSet: () => newDataSet(context),
    splitDataSet: () => splitDataSet(context),
    selectEngine: () => selectEngine(context),
    selectPython: () => selectPython(context),
    runDemo: () => runDemo(context),
    copyDiagnostics: () => copyDiagnostics(context),
  }
}
