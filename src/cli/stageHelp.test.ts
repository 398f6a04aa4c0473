import { describe, expect, it } from 'vitest'
import { stageHelpLines } from './stageHelp'

describe('the help of a stage', () => {
  it('lists sparsity flags where they belong', () => {
    expect(stageHelpLines('sparse', undefined).join('\n')).toContain('--sr-schedule')
    expect(stageHelpLines('train', undefined).join('\n')).not.toContain('--sr-schedule')
  })

  it('of loop has the flags of sparse, under its own name', () => {
    const [usage, ...lines] = stageHelpLines('loop', undefined)
    expect(usage).toBe('Usage: yolov5-slim loop [flags]')
    const others = (of: readonly string[]) => of.filter((line) => !line.includes('--json'))
    expect(others(lines.slice(3))).toEqual(others(stageHelpLines('sparse', undefined).slice(4)))
    expect(lines.find((line) => line.includes('--json'))).toMatch(/with --detach/)
  })

  it('explains every flag of ours', () => {
    const lines = stageHelpLines('sparse', undefined).filter((line) => /^ {2}-/.test(line))
    expect(lines.length).toBeGreaterThan(10)
    for (const line of lines) expect(line).toMatch(/^ {2}-\S.* {2}\S/)
  })
})
