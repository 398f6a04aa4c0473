import { expect, it } from 'vitest'
import { withoutCheckout } from '../../engines/builtin/stage/detection'
import { diagnosticsText, withoutHome } from './diagnosticsText'

it('lists what a report needs, without the home folder', () => {
  const text = diagnosticsText(
    {
      versions: { extension: '1', editor: '1.96' },
      settings: { python: '/home/li/venv/bin/python' },
      detections: [withoutCheckout('/home/li/yolov5')],
      doctor: ['Python 3.11: /home/li/venv/bin/python'],
      backends: [],
      errors: [],
    },
    '/home/li',
  )
  expect(text).not.toContain('/home/li')
  expect(text).toContain('python: ~/venv/bin/python')
  expect(text).toContain('v7.0 (0.00) in ~/yolov5')
  expect(text).toMatch(/train flags: .*\bepochs\b/)
  expect(text).toContain('### Last errors\n\n```\nnone\n')
})

it('knows a home folder by its separators and its end', () => {
  expect(withoutHome('/home/liu/x /home/li/x', '/home/li')).toBe('/home/liu/x ~/x')
  const home = 'C:\\Users\\li'
  expect(withoutHome('C:\\Users\\li\\a c:/Users/li/b "C:\\\\Users\\\\li\\\\c"', home)).toBe(
    '~\\a ~/b "~\\\\c"',
  )
  expect(withoutHome('/a', '/')).toBe('/a')
})
