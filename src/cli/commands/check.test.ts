import { join, relative } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { NEW_STYLE, plant } from '../../core/yolov5/testTrees'
import { check } from './check'

const BAD = 'python test.py\n'
const DATA = 'train: a\nval: b\nnmaes: [x]\n'
let above = ''

beforeEach(() => {
  above = plant({
    ...Object.fromEntries(Object.entries(NEW_STYLE).map(([path, text]) => [`y/${path}`, text])),
    'run.sh': BAD,
    'ds/data.yaml': DATA,
    'y/z.sh': BAD,
    'y/tools/t.sh': BAD,
  })
  vi.spyOn(process, 'cwd').mockReturnValue(above)
})
afterEach(() => vi.restoreAllMocks())

async function files(paths: readonly string[], checkout?: string): Promise<readonly string[]> {
  const out: string[] = []
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    out.push(String(text))
    return true
  })
  await check(paths, { json: true, ...(checkout === undefined ? {} : { checkout }) })
  write.mockRestore()
  const { files } = JSON.parse(out.join('')) as { files: readonly { readonly path: string }[] }
  return files.map(({ path }) => relative(above, path))
}

const clone = ['y/tools/t.sh', 'y/z.sh']

describe('check looks at what is named', () => {
  it.each<[readonly string[], readonly string[]]>([
    [[], clone],
    [['.'], clone],
    [['y'], clone],
    [['run.sh'], ['run.sh']],
    [['y/tools'], ['y/tools/t.sh']],
    [['y', 'y/z.sh', 'y/tools'], clone],
  ])('%j', async (paths, wanted) => expect(await files(paths)).toEqual(wanted))

  it.each<[readonly string[], readonly string[]]>([
    [[], clone],
    [['ds'], ['ds/data.yaml']],
    [['ds/data.yaml'], ['ds/data.yaml']],
    [['.'], clone],
  ])('%j for a checkout elsewhere', async (paths, wanted) => {
    expect(await files(paths, join(above, 'y'))).toEqual(wanted)
  })

  it('the checkout, where nothing is and the folder is another', async () => {
    vi.spyOn(process, 'cwd').mockReturnValue(join(above, 'ds'))
    expect(await files([], '../y')).toEqual(clone)
  })
})
