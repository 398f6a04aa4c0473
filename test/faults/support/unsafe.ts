import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { delimiter, join } from 'node:path'
import { golden, standIn } from '../../cli/program'
import { writeHostile } from './hostile'
import { root } from './program'
import { manifestIn, scratch } from './runs'

/** A checkout with `hostile.pt`, scripts that would load it, and a run that broke off with it as its last checkpoint. */
export function unsafeCheckout(name: string) {
  const folder = scratch(name)
  const starts = join(folder.path, 'starts')
  const witness = join(folder.path, 'witness')
  const python = join(root, 'test/faults/support/recordingPython.mjs')
  const bin = join(folder.path, 'bin')
  mkdirSync(bin)
  for (const command of ['python3', 'python']) symlinkSync(python, join(bin, command))
  const checkout = standIn(folder.path, 'new')
  for (const part of ['train', 'val']) {
    mkdirSync(join(checkout, 'images', part), { recursive: true })
    copyFileSync(join(root, 'media/icon.png'), join(checkout, 'images', part, 'a.png'))
  }
  const data = 'train: images/train\nval: images/val\nnc: 3\nnames: [a, b, c]\n'
  writeFileSync(join(checkout, 'data/yours.yaml'), data)
  writeHostile(join(checkout, 'hostile.pt'), witness, golden('v6.2.pt'))
  const script = "parser.add_argument('--weights', default='yolov5s.pt')\nprune(model)\n"
  for (const file of ['prune.py', 'train_sparsity.py', 'export.py'])
    writeFileSync(join(checkout, file), script)
  const runDir = join(checkout, 'runs/train/exp')
  mkdirSync(join(runDir, 'weights'), { recursive: true })
  mkdirSync(join(runDir, 'slim'))
  copyFileSync(join(checkout, 'hostile.pt'), join(runDir, 'weights/last.pt'))
  writeFileSync(join(runDir, 'opt.yaml'), `epochs: 9\nsave_dir: ${runDir}\n`)
  writeFileSync(
    join(runDir, 'slim/run.json'),
    JSON.stringify({ ...manifestIn(checkout), engine: 'pytorch', createdAt: 0 }),
  )
  return {
    ...{ checkout, runDir, python },
    /** Whatever Python is started in it, by its path or as the one of the system, is the recording one. */
    env: { STARTS: starts, PATH: `${bin}${delimiter}${process.env.PATH}` },
    /** How often Python was started since this was last asked. */
    startsOfPython: (): number => {
      if (!existsSync(starts)) return 0
      const { length } = readFileSync(starts, 'utf8').trim().split('\n')
      rmSync(starts)
      return length
    },
    /** Whether the checkpoint was unpickled since this was last asked. */
    wasExecuted: (): boolean => {
      const was = existsSync(witness)
      rmSync(witness, { force: true })
      return was
    },
    dispose: folder.dispose,
  }
}
