import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { RunEvent } from '../../src/runs/events'
import { displayWidth } from '../../src/runs/format/width'
import { type Answer, root, scratchFolder, slim } from './program'

const scratch = scratchFolder()
afterAll(scratch.dispose)

/** As a terminal set to Chinese starts it; the suite's own choice of English is taken back. */
const chinese = { YOLOV5_SLIM_LANGUAGE: '', LC_ALL: '', LC_MESSAGES: '', LANG: 'zh_CN.UTF-8' }
const inChinese = (...args: string[]): Promise<Answer> =>
  slim(args, { cwd: scratch.path, env: chinese })

describe('a terminal in Chinese', () => {
  it('gets help without a word of English, in columns', async () => {
    const { code, stdout } = await inChinese('prune', '--help')
    expect(code).toBe(0)
    expect(stdout).toMatch(/^用法： yolov5-slim prune \[选项\]\n/)
    expect(stdout).toContain('\n选项：\n')
    expect(stdout).toMatch(/--round <n> +保留的通道数.*（默认：8）/)
    expect(stdout).not.toMatch(/Usage|Options|default|choices/)
    for (const line of stdout.split('\n')) expect(displayWidth(line)).toBeLessThanOrEqual(80)
    const starts = stdout.split('\n').flatMap((line) => {
      const [, term] = /^( {2}-\S.*? {2,})\p{Script=Han}/u.exec(line) ?? []
      return term === undefined ? [] : [term.length]
    })
    expect(starts.length).toBeGreaterThan(10)
    expect(new Set(starts).size).toBe(1)
  })

  it('gets the commands and the flags of a stage', async () => {
    const { stdout } = await inChinese('--help')
    expect(stdout).toContain('\n命令：\n')
    expect(stdout).toMatch(/ {2}stop \[选项\] <run> +停止一个运行/)
    expect((await inChinese('sparse', '--help')).stdout).toMatch(/--sr <SR> +稀疏强度/)
  })

  it.each([
    [['detct'], 'cli/unknown-command', '未知命令“detct”。', 'detect'],
    [['prune', '--percnt', '1'], 'cli/unknown-flag', '未知选项“--percnt”。', '--percent'],
    [['prune', '--round', 'x'], 'cli/bad-value', '选项“--round <n>”的值“x”无效。', '不小于 1'],
    [['prune', '--reduce', 'x'], 'cli/bad-value', '选项“--reduce <name>”的值“x”无效。', '请从 max'],
    [['prune', '--round'], 'cli/missing-value', '选项“--round <n>”缺少值。', '--help'],
    [['sample'], 'cli/missing-argument', '缺少必需的参数“dir”。', '--help'],
    [['detect', 'a', 'b'], 'cli/unexpected-argument', '应为 1 个，给出了 2 个', '--help'],
    [['backend'], 'cli/missing-command', '命令不完整。', '--help'],
  ])('gets errors of %j with the same code', async (args, code, what, remedy) => {
    const { stderr, code: status } = await inChinese(...args)
    expect(status).toBe(2)
    const [head = '', hint = ''] = stderr.split('\n')
    expect(head).toContain(`error[${code}]: `)
    expect(head).toContain(what)
    expect(hint).toContain('→ ')
    expect(hint).toContain(remedy)
  })

  it('gets what a run’s own process said, in its log too; codes and JSON stay as they are', async () => {
    await inChinese('sample', 'shapes', '--train', '4', '--val', '4', '--size', '32')
    rmSync(join(scratch.path, 'shapes/labels'), { recursive: true })
    const failed = await inChinese(
      ...['train', '--engine', 'builtin', '--device', 'wasm', '--data', 'shapes/data.yaml'],
      ...['--cfg', join(root, 'media/sample/model.yaml'), '--weights', '', '--img', '32'],
      ...['--epochs', '1', '--project', 'runs', '--name', 'mute'],
    )
    expect(failed.code).toBe(1)
    expect(failed.stderr).toMatch(/error\[data\/no-labels\]: .*中的图像都没有标签文件。/)
    const log = readFileSync(join(scratch.path, 'runs/mute/slim/events.jsonl'), 'utf8')
    const last = JSON.parse(log.trim().split('\n').at(-1) ?? '') as RunEvent
    expect(last).toMatchObject({ type: 'failed', code: 'data/no-labels' })
    expect(last).toHaveProperty('text', expect.stringContaining('标签'))

    const [head = '', row = ''] = (await inChinese('runs', '--project', 'runs')).stdout.split('\n')
    expect(head).toMatch(/^运行 +阶段 +状态 /)
    expect(row).toMatch(/^mute +train +失败 \(data\/no-labels\)/)
    const columnOf = (line: string, text: string) => displayWidth(line.split(text)[0] ?? '')
    expect(columnOf(row, '失败')).toBe(columnOf(head, '状态'))
    const [run] = JSON.parse((await inChinese('runs', '--project', 'runs', '--json')).stdout)
    expect(run).toMatchObject({ stage: 'train', state: 'failed' })
  })

  it('gets English where it asks for it', async () => {
    const env = { ...chinese, YOLOV5_SLIM_LANGUAGE: 'en' }
    const { stdout } = await slim(['prune', '--help'], { env })
    expect(stdout).toMatch(/^Usage: yolov5-slim prune \[options\]\n/)
    expect(stdout).not.toMatch(/\p{Script=Han}/u)
  })
})
