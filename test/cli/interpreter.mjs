#!/usr/bin/env node
// Answers as a Python interpreter with torch would: the preflight's question, and the runner's events. What the
// command line does with a run is tested against it; that the runner trains is for the PyTorch suite.
import { appendFileSync, readFileSync } from 'node:fs'

const [, , first, ...rest] = process.argv

if (first === '-c') {
  const [, marker = '', modules = '{}'] = rest
  const packages = Object.fromEntries(Object.keys(JSON.parse(modules)).map((name) => [name, '9.9']))
  if (process.env.LACKS) packages[process.env.LACKS] = null
  const answer = {
    version: '3.11.2',
    executable: process.argv[1],
    packages,
    problems: {},
    torch: { version: '2.6.0', cuda: null, rocm: null },
    devices: [{ index: 0, name: 'Test GPU', totalBytes: 16e9, freeBytes: 12e9 }],
    mps: false,
    threads: 4,
    distributed: true,
  }
  process.stdout.write(`${marker}${JSON.stringify(answer)}\n`)
} else {
  const { eventsFile } = JSON.parse(readFileSync(rest[0] ?? '', 'utf8'))
  const write = (type, fields) =>
    appendFileSync(eventsFile, `${JSON.stringify({ v: 1, t: Date.now(), type, ...fields })}\n`)
  const how = process.env.TRAINING ?? 'finish'
  process.on('SIGINT', () => {
    if (how === 'deaf') return
    write('stopped', { epoch: 0, seconds: 1 })
    process.exit(0)
  })
  process.on('SIGTERM', () => {
    if (how !== 'deaf') process.exit(1)
    write('stopped', { epoch: 0, seconds: 2 })
    process.exit(0)
  })
  write('started', {
    engine: 'pytorch',
    devices: ['cpu'],
    versions: { python: '3.11.2', torch: '2.6.0', cuda: null },
    epochs: 2,
    batchSize: 4,
    imageSize: 64,
    layers: [{ name: 'model.0.bn', channels: 8 }],
  })
  const epoch = (n) => ({
    epoch: n,
    epochs: 2,
    train: { box: 0.05, obj: 0.01, cls: 0.02 },
    val: {},
    precision: 0.5,
    recall: 0.5,
    mAP50: 0.5 + n / 10,
    mAP50_95: 0.3,
    lr: 0.01,
    sr: 0,
    seconds: 1,
  })
  write('epoch', epoch(0))
  write('gamma', {
    epoch: 0,
    layers: [
      { name: 'model.0.bn', histogram: [2, 6], nearZero: 2, quantiles: [0, 0.1, 0.2, 0.3, 0.4] },
    ],
  })
  const path = process.env.CHECKPOINT
  if (path) write('checkpoint', { path, kind: 'best', bytes: 48_473 })
  if (how === 'finish') {
    write('epoch', epoch(1))
    write('finished', { summary: { mAP50: 0.6, mAP50_95: 0.3, seconds: 2 } })
  } else if (how === 'crash') {
    process.kill(process.pid, 'SIGKILL')
  } else if (how === 'fail') {
    write('failed', { code: 'train/nan-loss', text: 'The loss is NaN.', remedy: 'Lower sr.' })
    process.exitCode = 1
  } else {
    setInterval(() => undefined, 1000)
  }
}
