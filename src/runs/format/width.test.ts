import { describe, expect, it } from 'vitest'
import { displayWidth, fitColumns, padColumnsEnd, padColumnsStart, wrapText } from './width'

it('counts columns, not characters', () => {
  expect(displayWidth('mAP50')).toBe(5)
  expect(displayWidth('通道')).toBe(4)
  expect(displayWidth('（24）')).toBe(6)
  expect(displayWidth('├─ exp → 1/2 ━')).toBe(14)
  expect(displayWidth('\u001b[32m完成\u001b[39m')).toBe(4)
})

it('pads by columns and never cuts', () => {
  expect(padColumnsEnd('通道', 6)).toBe('通道  ')
  expect(padColumnsStart('通道', 6)).toBe('  通道')
  expect(padColumnsEnd('通道', 3)).toBe('通道')
})

it('cuts before the character that no longer fits', () => {
  expect(fitColumns('第 3 轮', 5)).toBe('第 3 ')
  expect(fitColumns('第 3 轮', 7)).toBe('第 3 轮')
  expect(fitColumns('epoch 3', -1)).toBe('')
})

describe('wrapText', () => {
  it('breaks English at spaces', () => {
    expect(wrapText('kept channels are rounded up', 14)).toBe('kept channels\nare rounded up')
    expect(wrapText('a\n\nb', 14)).toBe('a\n\nb')
  })

  it('breaks Chinese anywhere, but leaves a comma with what it follows', () => {
    expect(wrapText('保留的通道，取整', 10)).toBe('保留的通\n道，取整')
    expect(wrapText('用 --checkout 指定', 13)).toBe('用 --checkout\n指定')
    expect(wrapText('可选："gamma", "l1"', 10)).toBe('可选：\n"gamma",\n"l1"')
  })

  it('leaves whole what has no place to break', () => {
    expect(wrapText('runs/train/exp/weights', 8)).toBe('runs/train/exp/weights')
  })
})
