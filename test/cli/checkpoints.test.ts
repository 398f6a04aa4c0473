import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { golden, scratchFolder, slim, standIn } from './program'

const scratch = scratchFolder()
let checkout = ''
const bare = join(scratch.path, 'bare')
beforeAll(() => {
  checkout = standIn(scratch.path, 'new')
  mkdirSync(bare)
  writeFileSync(join(checkout, 'data/yours.yaml'), 'train: .\nval: .\nnc: 3\nnames: [a, b, c]\n')
  copyFileSync(golden('v6.2.pt'), join(bare, 'best.pt'))
  copyFileSync(golden('v6.2.pt'), join(checkout, 'best.pt'))
})
afterAll(scratch.dispose)

const listed = (folder: string) =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.pt'))
    .sort()

describe('inspect', () => {
  it('prints every key of its JSON', async () => {
    const { code, stdout } = await slim(['inspect', golden('v7.0.pt'), '--json'])
    const report = JSON.parse(stdout)
    expect(code).toBe(0)
    expect(report).toMatchObject({ precision: 'FP16', finished: true, unsafeGlobals: [] })
    expect(report.parameters).toBe(JSON.parse(readFileSync(golden('v7.0.json'), 'utf8')).parameters)
    expect(report.globals).toContain('models.common.Conv')
    expect(report.layers[0]).toMatchObject({ name: 'model.0.bn', channels: 8, prunable: true })
    expect(Object.keys(report.layers[0].gamma)).toEqual(
      expect.arrayContaining(['min', 'q25', 'median', 'q75', 'max', 'nearZero']),
    )
    const proto = report.layers.find(({ name }: { name: string }) => /proto\.cv3/.test(name))
    expect(proto.prunable).toBe(false)
    expect(proto.reason).not.toBe('')
  })

  it('says in a table what pruning can do', async () => {
    const { code, stdout } = await slim(['inspect', golden('v6.0.pt')])
    expect(code).toBe(0)
    expect(stdout).toMatch(/^model\.0\.bn +8 /m)
    expect(stdout).toMatch(/15 of 15 layers prunable, 104 channels/)
  })

  it.each([
    ['torchscript.pt', 'checkpoint/torchscript'],
    ['legacy.pt', 'checkpoint/legacy'],
    ['header.onnx', 'checkpoint/onnx'],
    ['weights.safetensors', 'checkpoint/safetensors'],
  ])('recognises %s', async (name, errorCode) => {
    const { code, stderr } = await slim(['inspect', golden(name)])
    expect(code).toBe(2)
    expect(stderr).toMatch(`error[${errorCode}]`)
  })

  it('tells why a fused model cannot be pruned', async () => {
    const { code, stderr } = await slim(['inspect', golden('fused.pt')])
    expect(code).toBe(0)
    expect(stderr).toContain('warning[checkpoint/fused]')
  })
})

describe('prune', () => {
  it('needs no checkout, and writes pruned_model.pt here', async () => {
    const args = ['prune', '--weights', 'best.pt', '--percent', '0.5', '--round', '1', '--json']
    const { code, stdout } = await slim(args, { cwd: bare })
    const report = JSON.parse(stdout)
    expect(code).toBe(0)
    expect(report.output).toBe(join(bare, 'pruned_model.pt'))
    expect(report.percentReached).toBeGreaterThan(0.4)
    expect(report.percentReached).toBeLessThanOrEqual(0.5)
    for (const key of ['parameters', 'gflops', 'bytes']) {
      expect(report[key].after).toBeLessThan(report[key].before)
    }
    expect(readFileSync(report.output).length).toBe(report.bytes.after)
    const inspected = await slim(['inspect', 'pruned_model.pt', '--json'], { cwd: bare })
    const after = JSON.parse(inspected.stdout)
    expect(after.parameters).toBe(report.parameters.after)
    for (const { name, after: channels } of report.layers) {
      expect(after.layers).toContainEqual(expect.objectContaining({ name, channels }))
    }
    expect(existsSync(join(bare, 'runs'))).toBe(false)
  })

  it('records a run without a checkout where --project says', async () => {
    const project = join(scratch.path, 'kept')
    const args = ['prune', '--weights', 'best.pt', '--percent', '0.5', '--output', 'cut.pt']
    const { code } = await slim([...args, '--project', project], { cwd: bare })
    expect(code).toBe(0)
    const { stdout } = await slim(['runs', '--json', '--project', project], { cwd: bare })
    const [run] = JSON.parse(stdout)
    expect(run).toMatchObject({ stage: 'prune', percent: 0.5, output: join(bare, 'cut.pt') })
    expect(run).not.toHaveProperty('checkout')
    rmSync(join(bare, 'cut.pt'))
  })

  it('moves aside what was there, also when that is what it prunes', async () => {
    const before = readFileSync(join(bare, 'pruned_model.pt'))
    const again = ['prune', '--weights', 'pruned_model.pt', '--percent', '0.2', '--round', '1']
    const { code, stderr, stdout } = await slim(again, { cwd: bare })
    expect(code).toBe(0)
    expect(stderr).toContain(join(bare, 'pruned_model.1.pt'))
    expect(stdout).toMatch(/^next: yolov5-slim finetune --weights pruned_model\.pt --data /m)
    expect(readFileSync(join(bare, 'pruned_model.1.pt')).equals(before)).toBe(true)
    expect(readFileSync(join(bare, 'pruned_model.pt')).equals(before)).toBe(false)
  })

  it('writes nothing on a dry run, nor when it fails', async () => {
    const before = listed(bare)
    const dry = await slim(['prune', '--weights', 'best.pt', '--percent', 'zero', '--dry-run'], {
      cwd: bare,
    })
    expect(dry.code).toBe(0)
    expect(dry.stdout).toContain('nothing was written')
    const failed = await slim(
      ['prune', '--weights', 'best.pt', '--percent', '0.5', '--keep', 'nothing.*'],
      { cwd: bare },
    )
    expect(failed.code).toBe(2)
    expect(failed.stderr).toContain('error[prune/keep-unmatched]')
    expect(listed(bare)).toEqual(before)
  })

  it.each([
    ['.', 'cli/not-a-file'],
    ['nowhere/p.pt', 'cli/no-such-folder'],
  ])('refuses to write to %s', async (output, errorCode) => {
    const args = ['prune', '--weights', 'best.pt', '--percent', '0.5', '--output', output]
    const { code, stderr } = await slim(args, { cwd: bare })
    expect(code).toBe(2)
    expect(stderr).toContain(`error[${errorCode}]`)
  })

  it('obeys --keep, --min-channels and --criterion', async () => {
    const args = ['--weights', 'best.pt', '--percent', '0.6', '--round', '1', '--dry-run', '--json']
    const kept = ['--keep', 'model.0.*', 'model.3.bn', '--min-channels', '2', '--criterion', 'l1']
    const { stdout, stderr } = await slim(['prune', ...args, ...kept], { cwd: bare })
    expect(stderr).toBe('')
    for (const { name, before, after } of JSON.parse(stdout).layers) {
      expect(after).toBeGreaterThanOrEqual(2)
      if (name === 'model.0.bn' || name === 'model.3.bn') expect(after).toBe(before)
    }
  })

  it('takes the tutorial’s line in a checkout, and records a run', async () => {
    const line =
      'prune.py --percent 0.5 --weights best.pt --data data/yours.yaml --cfg models/yolov5s.yaml'
    const { code, stdout, stderr } = await slim(line.split(' '), { cwd: checkout })
    expect(stderr).not.toContain('error')
    expect(code).toBe(0)
    expect(stdout).toMatch(/^layer +channels +left +removed/m)
    expect(stdout).toMatch(/^parameters .* → /m)
    expect(stdout).toContain('--weights pruned_model.pt --data data/yours.yaml')
    const runs = JSON.parse((await slim(['runs', '--json'], { cwd: checkout })).stdout)
    expect(runs).toHaveLength(1)
    expect(runs[0]).toMatchObject({
      name: 'best-pruned',
      stage: 'prune',
      state: 'finished',
      percent: 0.5,
      parent: null,
      commandLine: line.split(' '),
      output: join(checkout, 'pruned_model.pt'),
    })
    const second = 'prune --percent 0.2 --weights pruned_model.pt --name round2'
    expect((await slim(second.split(' '), { cwd: checkout })).code).toBe(0)
    const [child, parent] = JSON.parse((await slim(['runs', '--json'], { cwd: checkout })).stdout)
    expect(child).toMatchObject({ name: 'round2', parent: parent.id })
    // The first model got another name, and its run knows.
    expect(parent.output).toBe(join(checkout, 'pruned_model.1.pt'))
    expect((await slim(['runs'], { cwd: checkout })).stdout).toMatch(/^└─ round2 +prune +finished/m)
  })

  it.each([['--data'], ['--cfg']])('tells of a wrong %s before it prunes', async (flag) => {
    const before = listed(checkout)
    const args = ['prune.py', '--percent', '0.5', '--weights', 'best.pt', flag, 'missing.yaml']
    const { code, stderr } = await slim(args, { cwd: checkout })
    expect(code).toBe(2)
    expect(stderr).toContain(`${flag} missing.yaml`)
    expect(listed(checkout)).toEqual(before)
  })
})
