import { spawn } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { golden, program, root, scratchFolder, slim, standIn } from './program'

// Its interpreter is a script, which Windows does not start by itself.
const posix = describe.skipIf(process.platform === 'win32')
const scratch = scratchFolder()
const interpreter = join(root, 'test/cli/interpreter.mjs')
let checkout = ''
let common: string[] = []

beforeAll(() => {
  checkout = standIn(scratch.path, 'new')
  for (const part of ['train', 'val']) {
    mkdirSync(join(checkout, 'images', part), { recursive: true })
    mkdirSync(join(checkout, 'labels', part), { recursive: true })
    // The smallest PNG: what is in it does not matter here.
    const pixel =
      'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
    writeFileSync(join(checkout, 'images', part, 'a.png'), Buffer.from(pixel, 'base64'))
    writeFileSync(join(checkout, 'labels', part, 'a.txt'), '0 0.5 0.5 0.5 0.5\n')
  }
  const data = 'train: images/train\nval: images/val\nnc: 1\nnames: [a]\n'
  writeFileSync(join(checkout, 'data/yours.yaml'), data)
  common = ['--python', interpreter, '--data', 'data/yours.yaml', '--weights', '']
})
afterAll(scratch.dispose)

const withCfg = () => [...common, '--cfg', 'models/yolov5s.yaml']
const runsJson = async () => JSON.parse((await slim(['runs', '--json'], { cwd: checkout })).stdout)
const stateOf = async (name: string) =>
  (await runsJson()).find((run: { name: string }) => run.name === name)?.state

async function untilRunning(name: string): Promise<void> {
  for (let i = 0; i < 100; i++) {
    if ((await stateOf(name)) === 'running') return
    await sleep(100)
  }
  throw new Error(`${name} never ran`)
}

/** Starts a run that never ends by itself, followed, and waits until it trains. */
async function followed(name: string, training: string, ...extra: string[]) {
  const child = spawn(
    process.execPath,
    [program, 'train', ...withCfg(), '--name', name, ...extra],
    { cwd: checkout, env: { ...process.env, NO_COLOR: '1', TRAINING: training } },
  )
  const texts = { stdout: '', stderr: '' }
  child.stdout.on('data', (data) => {
    texts.stdout += data
  })
  child.stderr.on('data', (data) => {
    texts.stderr += data
  })
  const exit = new Promise<number | null>((done) => child.once('close', (code) => done(code)))
  await untilRunning(name)
  return { child, texts, exit }
}

posix('a stage', () => {
  it('is checked, run and told line by line', async () => {
    const args = ['sparse', ...withCfg(), '--sr', '0.01', '--name', 'plain']
    const { code, stdout, stderr } = await slim(args, { cwd: checkout })
    expect(stderr).toBe('')
    expect(code).toBe(0)
    expect(stdout).toContain(`sparse of YOLOv5 v6.2 in ${join(checkout, 'runs/train/plain')}`)
    expect(stdout).toMatch(/^epoch 1\/2 .* mAP50 0\.500 .* near zero 25\.0 %/m)
    expect(stdout).toMatch(/^plain finished \(2 s\)\nmAP50 0\.600 {2}mAP50_95 0\.300$/m)
    expect(stdout).not.toContain('\u001b')
  })

  it('prints its events, and nothing else, with --json', async () => {
    const { code, stdout } = await slim(['train', ...withCfg(), '--json'], { cwd: checkout })
    const events = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(code).toBe(0)
    expect(events.map(({ type }) => type)).toEqual([
      'started',
      'epoch',
      'gamma',
      'epoch',
      'finished',
    ])
  })

  it('is listed with the size of its model, read from the checkpoint', async () => {
    const args = ['train', ...withCfg(), '--name', 'sized']
    await slim(args, { cwd: checkout, env: { CHECKPOINT: golden('v6.2.pt') } })
    const { parameters } = JSON.parse(readFileSync(golden('v6.2.json'), 'utf8'))
    const listed = (await runsJson()).find((run: { name: string }) => run.name === 'sized')
    expect(listed).toMatchObject({ parameters, mAP50: 0.6, output: golden('v6.2.pt') })
    const { stdout } = await slim(['runs'], { cwd: checkout })
    expect(stdout).toMatch(/^sized +train +finished +2\/2 +0\.600 +0\.300 +3\.71 k +48\.5 kB /m)
  })

  it('takes train_sparsity.py for what it says', async () => {
    const args = withCfg()
    const sparse = ['train_sparsity.py', '--st', '--sr', '0.005', ...args, '--name', 'alias-st']
    expect((await slim(sparse, { cwd: checkout })).code).toBe(0)
    const plain = ['train_sparsity.py', '--sr', '0.005', ...args, '--name', 'alias-plain']
    const { code, stderr } = await slim(plain, { cwd: checkout })
    expect(code).toBe(0)
    expect(stderr).toMatch(/^note: .*--st/m)
    const stages = (await runsJson()).map((run: { name: string; stage: string }) => [
      run.name,
      run.stage,
    ])
    expect(stages).toContainEqual(['alias-st', 'sparse'])
    expect(stages).toContainEqual(['alias-plain', 'train'])
  })

  it('that fails ends with 1, its code and its remedy', async () => {
    const args = ['train', ...withCfg(), '--name', 'fails']
    const { code, stderr } = await slim(args, { cwd: checkout, env: { TRAINING: 'fail' } })
    expect(code).toBe(1)
    expect(stderr).toMatch(/^error\[train\/nan-loss\]: The loss is NaN\.\n {2}→ Lower sr\.$/m)
    expect(await stateOf('fails')).toBe('failed')
  })

  it('that dies without a word ends with 1, and what to do', async () => {
    const args = ['train', ...withCfg(), '--name', 'crashes']
    const { code, stderr } = await slim(args, { cwd: checkout, env: { TRAINING: 'crash' } })
    expect(code).toBe(1)
    expect(stderr).toMatch(/^error\[process\/killed\]: .*SIGKILL.*\n {2}→ .*--batch-size/m)
    expect(await stateOf('crashes')).toBe('interrupted')
  })

  it.each([
    [['--epochss', '3'], 'flags/unknown'],
    [['--hyp', 'missing.yaml'], 'file/not-found'],
    [['--data', 'missing.yaml'], 'file/not-found'],
    [['--engine', 'steam'], 'cli/unknown-engine'],
    [['--sr', '0.1'], 'flags/stage'],
    [['--python', 'nowhere/python'], 'python/not-found'],
  ])('refuses %j with %s before anything starts', async (extra, errorCode) => {
    const before = (await runsJson()).length
    const { code, stdout, stderr } = await slim(['train', ...withCfg(), ...extra], {
      cwd: checkout,
    })
    expect(stderr).toMatch(new RegExp(`^error\\[${errorCode}\\]: .+\\n {2}→ .+\\n$`))
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(await runsJson()).toHaveLength(before)
  })
})

posix('stopping', () => {
  it('Ctrl-C ends the run, and the program only after it', async () => {
    const { child, texts, exit } = await followed('ctrl-c', 'forever')
    child.kill('SIGINT')
    expect(await exit).toBe(130)
    expect(texts.stdout).toMatch(/^ctrl-c stopped/m)
    expect(texts.stderr).toContain('stopping')
    expect(await stateOf('ctrl-c')).toBe('stopped')
  })

  it('so does SIGTERM, as CI sends it', async () => {
    const { child, exit } = await followed('sigterm', 'forever')
    child.kill('SIGTERM')
    expect(await exit).toBe(143)
    expect(await stateOf('sigterm')).toBe('stopped')
  })

  it('a second Ctrl-C insists on a run that does not listen', async () => {
    const { child, texts, exit } = await followed('deaf', 'deaf')
    child.kill('SIGINT')
    await sleep(500)
    expect(await stateOf('deaf')).toBe('stopping')
    child.kill('SIGINT')
    expect(await exit).toBe(130)
    expect(texts.stderr).toContain('SIGTERM')
    expect(await stateOf('deaf')).toBe('stopped')
  })

  it('a hang-up leaves the run alone; stop ends it', async () => {
    const { child, exit } = await followed('hang-up', 'forever', '--json')
    child.kill('SIGHUP')
    expect(await exit).toBe(129)
    expect(await stateOf('hang-up')).toBe('running')
    const { code, stdout } = await slim(['stop', 'hang-up', '--json'], { cwd: checkout })
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ by: 'ask', processes: 1 })
    expect(await stateOf('hang-up')).toBe('stopped')
  })

  it('--detach returns at once with the id to stop it by', async () => {
    const args = ['train', ...withCfg(), '--name', 'away', '--detach', '--json']
    const { code, stdout } = await slim(args, { cwd: checkout, env: { TRAINING: 'forever' } })
    expect(code).toBe(0)
    const { id, runDir, pid } = JSON.parse(stdout)
    expect(runDir).toBe(join(checkout, 'runs/train/away'))
    expect(() => process.kill(pid, 0)).not.toThrow()
    await untilRunning('away')
    expect((await slim(['stop', id], { cwd: checkout })).stdout).toContain('stopped')
    expect((await slim(['stop', id], { cwd: checkout })).stdout).toContain('already')
    const unknown = await slim(['stop', 'nobody'], { cwd: checkout })
    expect(unknown.code).toBe(2)
    expect(unknown.stderr).toContain('error[runs/not-found]')
  })
})

posix('doctor', () => {
  it('is content when training could start', async () => {
    const { code, stdout } = await slim(['doctor', '--python', interpreter], { cwd: checkout })
    expect(code).toBe(0)
    expect(stdout).toContain('YOLOv5 v6.2')
    expect(stdout).toContain('GPU 0: Test GPU, 12.0 GB of 16.0 GB free')
  })

  it('names what is missing, with the command that installs it', async () => {
    const args = ['doctor', '--python', interpreter]
    const { code, stdout } = await slim(args, { cwd: checkout, env: { LACKS: 'cv2' } })
    expect(code).toBe(1)
    expect(stdout).toMatch(/missing: opencv-python\n {4}.* -m pip install .*opencv-python/)
    const json = await slim([...args, '--json'], { cwd: root, env: { LACKS: 'cv2' } })
    expect(json.code).toBe(1)
    expect(JSON.parse(json.stdout)).toMatchObject({ ready: false, missing: [{ module: 'cv2' }] })
  })
})
