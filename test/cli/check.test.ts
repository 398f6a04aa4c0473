import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { golden, scratchFolder, slim, standIn } from './program'

const scratch = scratchFolder()
let clone = ''
const at = (path: string) => join(clone, path)

beforeAll(() => {
  clone = standIn(scratch.path, 'new')
})
afterAll(scratch.dispose)

describe('yolov5-slim check', () => {
  it('has nothing to say of a clone that fits, and ends with 0', async () => {
    const { code, stdout, stderr } = await slim(['check'], { cwd: clone })
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' })
    expect(stderr).toMatch(/^Nothing that does not fit YOLOv5 v\d/)
  })

  it('prints file:line:col severity code message, and ends with 1 on errors', async () => {
    writeFileSync(at('run.sh'), '#!/bin/sh\npython train.py --adam\n')
    const { code, stdout, stderr } = await slim(['check'], { cwd: clone })
    expect(code).toBe(1)
    expect(stdout).toMatch(
      /^run\.sh:2:17 error command\/flag train\.py of YOLOv5 \S+ has no flag --adam\./,
    )
    expect(stderr).toContain('1 errors')
  })

  it('prints JSON with ranges and fixes', async () => {
    const { code, stdout } = await slim(['check', '--json', clone])
    const report = JSON.parse(stdout)
    expect(code).toBe(1)
    expect(report.counts).toMatchObject({ error: 1, warning: 0 })
    expect(report.checkouts).toMatchObject([{ root: clone }])
    expect(report.files).toMatchObject([
      {
        path: at('run.sh'),
        findings: [
          {
            code: 'command/flag',
            severity: 'error',
            range: { start: { line: 1, character: 16 }, end: { line: 1, character: 22 } },
            fixes: [
              { kind: 'edit', safe: true },
              { kind: 'switch', release: 'v6.0' },
            ],
          },
        ],
      },
    ])
  })

  it('checks the paths that are named, and only warnings end with 0', async () => {
    mkdirSync(at('scripts'))
    writeFileSync(at('scripts/warn.py'), 'import torch\ntorch.load("x.pt")\n')
    const one = await slim(['check', 'scripts/warn.py', '--torch', '2.6.0'], { cwd: clone })
    expect(one.code).toBe(0)
    expect(one.stdout).toMatch(/^scripts\/warn\.py:2:1 warning script\/torch-load /)
    expect((await slim(['check', 'scripts', '--torch', '1.13'], { cwd: clone })).stdout).toBe('')
    const elsewhere = await slim(['check', '--checkout', clone], { cwd: scratch.path })
    expect(elsewhere.code).toBe(1)
  })

  it('reads checkpoints that scripts name', async () => {
    mkdirSync(at('weights'), { recursive: true })
    copyFileSync(golden('fused.pt'), at('weights/fused.pt'))
    writeFileSync(at('scripts/cut.sh'), 'python prune.py --weights weights/fused.pt\n')
    const { code, stdout } = await slim(['check', 'scripts/cut.sh'], { cwd: clone })
    expect(code).toBe(1)
    expect(stdout).toMatch(/^scripts\/cut\.sh:1:27 error weights\/fused /m)
    // Nothing names it; only what loading it would do is told.
    const own = await slim(['check'], { cwd: clone })
    expect(own.stdout).not.toMatch(/^weights\/fused\.pt:\d+:\d+ \w+ weights\/fused /m)
  })

  it('refuses what is not there, or no clone', async () => {
    const gone = await slim(['check', 'nothing'], { cwd: clone })
    expect(gone.code).toBe(2)
    expect(gone.stderr).toContain('error[cli/no-such-file]')
    const empty = join(scratch.path, 'empty', 'folder')
    mkdirSync(empty, { recursive: true })
    const none = await slim(['check', empty])
    expect(none.stderr).toMatch(/error\[detect\/not-found\]|error\[cli/)
  })

  it('names every release in the end, and --checkout where a path belongs to none of those here', async () => {
    const several = join(scratch.path, 'several')
    mkdirSync(join(several, 'sets'), { recursive: true })
    standIn(several, 'old')
    standIn(several, 'new')
    writeFileSync(join(several, 'sets/data.yaml'), 'train: a\nval: b\n')
    const all = await slim(['check'], { cwd: several })
    expect(all.stderr).toMatch(/YOLOv5 v6\.2, v\d\.\d\.\n$/)
    const lost = await slim(['check', 'sets/data.yaml'], { cwd: several })
    expect(lost.code).toBe(2)
    expect(lost.stderr).toContain('error[detect/not-found]')
    expect(lost.stderr).toContain('--checkout which one it is for: yolov5-new, yolov5-old.')
  })

  it('stays quick in a folder of many files', async () => {
    for (const folder of ['runs/train/exp', 'datasets/a/images', 'node_modules/x']) {
      mkdirSync(at(folder), { recursive: true })
      for (let i = 0; i < 3000; i++) writeFileSync(at(`${folder}/${i}.py`), '')
    }
    const start = performance.now()
    const { code } = await slim(['check'], { cwd: clone })
    expect(code).toBe(1)
    expect(performance.now() - start).toBeLessThan(20_000)
  })
})
