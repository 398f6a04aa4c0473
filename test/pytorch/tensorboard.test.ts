import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { addressIn, startTensorBoard } from '../../src/engines/tensorboard/server'
import { python } from './support'

it.each([
  [
    'TensorBoard 2.21.0 at http://localhost:6006/ (Press CTRL+C to quit)\n',
    'http://localhost:6006/',
  ],
  ['warning\nTensorBoard 2.4.1 at http://127.0.0.1:39001/ (Press', 'http://127.0.0.1:39001/'],
  ['NOTE: using experimental fast data loading', undefined],
])('finds the address in %j', (output, address) => {
  expect(addressIn(output)).toBe(address)
})

/** Stands in for the package, whose own start takes seconds and is not on every machine. */
const standIn = `
import http.server, sys
def run_main():
    arguments = dict(zip(sys.argv[1::2], sys.argv[2::2]))
    server = http.server.HTTPServer((arguments["--host"], int(arguments["--port"])), http.server.SimpleHTTPRequestHandler)
    print(f"TensorBoard 9.9.9 at http://127.0.0.1:{server.server_port}/ (Press CTRL+C to quit)", file=sys.stderr, flush=True)
    server.serve_forever()
`

describe('with an interpreter', () => {
  let folder = ''
  const before = process.env.PYTHONPATH
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'slim-tensorboard-'))
    process.env.PYTHONPATH = folder
  })
  afterEach(async () => {
    if (before === undefined) delete process.env.PYTHONPATH
    else process.env.PYTHONPATH = before
    await rm(folder, { recursive: true })
  })

  async function package_(main: string): Promise<void> {
    await mkdir(join(folder, 'tensorboard'))
    await writeFile(join(folder, 'tensorboard', '__init__.py'), '')
    await writeFile(join(folder, 'tensorboard', 'main.py'), main)
  }

  it('says where it listens, and ends when it is told to', async () => {
    await package_(standIn)
    const board = await startTensorBoard({ python: { flag: python }, logdir: folder })
    expect((await fetch(board.url)).status).toBe(200)
    await board.stop()
    await expect(fetch(board.url)).rejects.toThrow()
  })

  it('says how it is installed', async () => {
    await package_('raise ModuleNotFoundError("No module named \'tensorboard.compat\'")')
    await expect(
      startTensorBoard({ python: { flag: python }, logdir: folder }),
    ).rejects.toMatchObject({
      code: 'tensorboard/missing',
      remedy: expect.stringContaining('-m pip install tensorboard'),
    })
  })

  it('gives its last words when it fails', async () => {
    await package_('raise RuntimeError("cannot import pkg_resources")')
    await expect(
      startTensorBoard({ python: { flag: python }, logdir: folder }),
    ).rejects.toMatchObject({
      code: 'tensorboard/failed',
      message: expect.stringContaining('cannot import pkg_resources'),
    })
  })
})
