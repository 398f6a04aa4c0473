import type { CommandContext } from '../commands/context'
import type { CommandHandlers } from '../registerCommands'

/**
 * What sets a workspace up: YOLOv5, data sets, engine, Python, the demo, and what a report of a problem needs. Loaded
 * when first called, since most windows never do.
 */
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
    getYolov5: async (...args) => (await import('./getYolov5')).getYolov5(context, args),
    newDataSet: async () => (await import('./dataSets')).newDataSet(context),
    splitDataSet: async () => (await import('./dataSets')).splitDataSet(context),
    selectEngine: async () => (await import('./choices')).selectEngine(context),
    selectPython: async () => (await import('./choices')).selectPython(context),
    runDemo: async () => (await import('./demo')).runDemo(context),
    copyDiagnostics: async () => (await import('./copyDiagnostics')).copyDiagnostics(context),
  }
}
