import { beforeAll, describe, expect, it } from 'vitest'
import { NEW_STYLE } from '../yolov5/testTrees'
import { checkCell } from './checkFile'
import type { Clone } from './clone'
import { newSession } from './session'
import { wholeText } from './snippet'
import { at, codes, plantedClone } from './testing'

let clone: Clone
beforeAll(async () => {
  clone = await plantedClone({ ...NEW_STYLE, 'tools/x.py': '' })
})

/** Findings of a cell that starts in `folder`, and where it leaves the notebook. */
function lookAt(source: string, folder: string | undefined = undefined) {
  const session = { ...newSession(), folder }
  const { findings } = checkCell(wholeText(source), at(clone, 'a.ipynb'), clone, undefined, session)
  return { found: codes(findings), folder: session.folder }
}

describe('the commands of a cell', () => {
  const script = ['command/script error']

  it('run where the %cd before them leads, not where a later one does', () => {
    for (const source of ['!python test.py\n%cd ..\n', '%cd yolov5\n!python test.py\n%cd ..']) {
      expect(lookAt(source, '')).toEqual({ found: script, folder: undefined })
    }
    expect(lookAt('!python test.py\n%cd yolov5\n')).toEqual({ found: [], folder: '' })
    expect(lookAt('%cd tools\n%cd ..\n!python test.py', '').found).toEqual(script)
  })

  it('are not moved by a cd of another’s shell', () => {
    expect(lookAt('!cd yolov5\n!python test.py')).toEqual({ found: [], folder: undefined })
    expect(lookAt('!cd yolov5 && python test.py\n!python test.py')).toEqual({
      found: script,
      folder: undefined,
    })
    expect(lookAt('!cd /data\n!python test.py', '')).toEqual({ found: script, folder: '' })
  })
})
