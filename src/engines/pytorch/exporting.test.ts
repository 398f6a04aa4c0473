import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  exportArguments,
  exportedFile,
  exportFailure,
  exportsBeside,
  newExports,
  readExportScript,
} from './exporting'

const newer = readExportScript(
  'export.py',
  `x = [['TorchScript', 'torchscript', '.torchscript'], ['ONNX', 'onnx', '.onnx'], ['TensorRT', 'engine', '.engine']]
parser = argparse.ArgumentParser()
parser.add_argument('--weights', nargs='+', type=str, default=ROOT / 'yolov5s.pt', help='model.pt path(s)')
parser.add_argument('--imgsz', '--img', '--img-size', nargs='+', type=int, default=[640, 640], help='image (h, w)')
parser.add_argument('--device', default='cpu', help='cuda device, i.e. 0 or 0,1,2,3 or cpu')
parser.add_argument('--include', nargs='+', default=['torchscript'], help='torchscript, onnx, engine')
`,
)
const older = readExportScript(
  'models/export.py',
  `parser = argparse.ArgumentParser()
parser.add_argument('--weights', type=str, default='./yolov5s.pt', help='weights path')
parser.add_argument('--img-size', nargs='+', type=int, default=[640, 640], help='image size')
f = opt.weights.replace('.pt', '.torchscript.pt'); g = opt.weights.replace('.pt', '.onnx')
`,
)

describe('readExportScript', () => {
  it('finds the formats that a release can choose from', () => {
    expect(newer.formats).toEqual(['torchscript', 'onnx', 'engine'])
  })
  it('finds none where the script writes all at once', () => {
    expect(older.formats).toEqual([])
  })
})

it('spells arguments as the release does', () => {
  expect(exportArguments(newer, 'a.pt', 'onnx', 320)).toEqual([
    '--weights',
    'a.pt',
    '--imgsz',
    '320',
    '--include',
    'onnx',
  ])
  expect(exportArguments(older, 'a.pt', undefined, 320)).toEqual([
    '--weights',
    'a.pt',
    '--img-size',
    '320',
  ])
  expect(exportArguments(newer, 'a.pt', 'paddle', undefined)).toEqual(['--weights', 'a.pt'])
})

it('asks for a GPU where only a GPU can export', () => {
  const words = exportArguments(newer, 'a.pt', 'engine', undefined)
  expect(words).toEqual(['--weights', 'a.pt', '--include', 'engine', '--device', '0'])
})

it('tells what an export wrote', () => {
  const before = new Map([
    ['/w/best.onnx', 1],
    ['/w/best.engine', 1],
  ])
  const after = new Map([
    ['/w/best.onnx', 3],
    ['/w/best.engine', 1],
    ['/w/best.torchscript', 2],
  ])
  expect(newExports(before, after)).toEqual(['/w/best.torchscript', '/w/best.onnx'])
})

it('sees that the files in a folder were written anew', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'exports-'))
  try {
    const model = join(folder, 'best_openvino_model')
    mkdirSync(model)
    writeFileSync(join(model, 'best.xml'), '')
    utimesSync(join(model, 'best.xml'), 1, 1)
    utimesSync(model, 1, 1)
    const before = await exportsBeside(join(folder, 'best.pt'))
    writeFileSync(join(model, 'best.xml'), 'anew')
    expect(newExports(before, await exportsBeside(join(folder, 'best.pt')))).toEqual([model])
  } finally {
    rmSync(folder, { recursive: true })
  }
})

describe('exportedFile', () => {
  const written = ['/w/best_openvino_model', '/w/best.onnx']
  it('is of the format that was asked for, whatever was written after it', () => {
    expect(exportedFile(written, [], 'openvino')).toBe('/w/best_openvino_model')
    expect(exportedFile(['/w/best.torchscript.pt'], [], 'torchscript')).toBeDefined()
    expect(exportedFile(['/w/best-int8.tflite'], [], 'edgetpu')).toBeUndefined()
  })
  it('is none where only a step on the way was written, or one failed', () => {
    expect(exportedFile(['/w/best.onnx'], [], 'openvino')).toBeUndefined()
    const failure = 'OpenVINO: export failure ❌ 0.1s: mo is not there'
    expect(exportedFile(written, [failure], 'openvino')).toBeUndefined()
  })
  it('is the newest of a script that writes all formats, of which some may fail', () => {
    const failure = "CoreML export failure: No module named 'coremltools'"
    expect(exportedFile(written, [failure], undefined)).toBe('/w/best.onnx')
  })
})

it('finds the reason in what the script said', () => {
  const lines = [
    'ONNX: starting export',
    "ONNX: export failure ❌ 0.0s: No module named 'onnx'",
    'done',
  ]
  expect(exportFailure(lines)).toBe("No module named 'onnx'")
  expect(exportFailure(['all is well'])).toBeUndefined()
})
