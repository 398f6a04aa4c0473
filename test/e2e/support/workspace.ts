import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '../../..')

/**
 * A workspace of a person's own, with a YOLOv5 checkout in `yolov5/`: the one that YOLOV5_CHECKOUTS names, else the
 * stand-in of this repository.
 */
export function checkoutWorkspace(release = 'v6.2'): { readonly folder: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'yolov5 slim 工作区-'))
  const { YOLOV5_CHECKOUTS } = process.env
  const source = YOLOV5_CHECKOUTS
    ? join(YOLOV5_CHECKOUTS, release)
    : join(root, 'test', 'fixtures', release === 'v5.0' ? 'standin-old' : 'standin-new')
  cpSync(source, join(folder, 'yolov5'), { recursive: true })
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }) }
}
