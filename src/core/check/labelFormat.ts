import { fromImports } from '../yolov5/python'
import type { Clone } from './clone'
import { moduleFile } from './pythonModules'

/** The file that train.py takes its data loader from: forks write one of their own beside the release's. */
function loaderFile(clone: Clone): string | undefined {
  const found = fromImports(clone.code('train.py')).find(({ names }) =>
    names.includes('create_dataloader'),
  )
  return found && moduleFile(clone, found.module.replace(/^yolov5\./, ''))
}

/**
 * Whether the clone's labels are YOLOv5's: the reader of every release asserts five columns (utils/datasets.py,
 * utils/dataloaders.py). Forks for landmarks or rotated boxes assert another number, and what a row of theirs means
 * is theirs to say.
 */
export function hasStockLabels(clone: Clone): boolean {
  const file = loaderFile(clone)
  return file !== undefined && /\bassert \w+\.shape\[1\] == 5\b/.test(clone.code(file))
}
