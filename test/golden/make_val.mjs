// What the stock val.py of some releases scores: `YOLOV5_CHECKOUTS=… YOLOV5_SLIM_PYTHON=… node test/golden/make_val.mjs`.
//
// Writes test/golden/evaluation/val.json: by release, precision, recall, mAP50 and mAP50_95 of media/sample/baseline.pt
// on 64 drawn validation images of 96 px, evaluated at 64 px, so that they shrink and scores are not all 1.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import process from 'node:process'

const folder = mkdtempSync(join(tmpdir(), 'val-'))
const slim = (...args) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [resolve('dist/cli.cjs'), ...args], {
    cwd: folder,
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(stdout + stderr)
  return stdout
}

const sample = ['sample', 'shapes', '--train', '1', '--val', '64', '--size', '96', '--json']
const { data } = JSON.parse(slim(...sample))
const scores = {}
// Earlier ones do not load the baseline, whose class they lack.
for (const release of ['v6.2', 'v7.0']) {
  slim(
    ...['val', '--engine', 'pytorch', '--python', process.env.YOLOV5_SLIM_PYTHON ?? 'python3'],
    ...['--checkout', join(process.env.YOLOV5_CHECKOUTS ?? '', release), '--data', data],
    ...['--weights', resolve('media/sample/baseline.pt'), '--img', '64', '--project', folder],
    ...['--name', release],
  )
  const log = readFileSync(join(folder, release, 'slim/events.jsonl'), 'utf8').trim().split('\n')
  const { precision, recall, mAP50, mAP50_95 } = JSON.parse(log.at(-1)).summary
  scores[release] = { precision, recall, mAP50, mAP50_95 }
}
rmSync(folder, { recursive: true })
writeFileSync('test/golden/evaluation/val.json', `${JSON.stringify(scores, null, 2)}\n`)
