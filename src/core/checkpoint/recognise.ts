import * as l10n from '@vscode/l10n'
import { SlimError } from '../errors'
import type { ByteSource } from './source'
import { corrupt, truncated } from './source'
import type { ZipEntry } from './zipDirectory'

/** `torch.serialization.MAGIC_NUMBER` as the pickle of protocol 2 that starts a file of torch before 1.6. */
const legacyMagic = [
  0x80, 2, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19,
]

const ascii = (bytes: Uint8Array, from: number, to: number) =>
  String.fromCharCode(...bytes.subarray(from, to))

/** Throws the SlimError that fits a file which is no zip; returns for one that starts like a zip. */
export function refuseForeignFile(source: ByteSource): void {
  if (source.size === 0) {
    throw new SlimError(
      'checkpoint/empty',
      l10n.t('{0} is empty.', source.name),
      l10n.t('Copy or download it again; a disk that was full leaves such files.'),
    )
  }
  const head = source.read(0, Math.min(source.size, 512))
  if (ascii(head, 0, 4) === 'PK\x03\x04') return
  const start = ascii(head, 0, 64)
  if (legacyMagic.every((byte, i) => head[i] === byte)) {
    throw unusable('legacy', source.name, l10n.t('a file of torch before 1.6'), legacyRemedy())
  }
  if (head[0] === 0x80 && (head[1] ?? 9) <= 5) {
    throw unusable('bare-pickle', source.name, l10n.t('a pickle without tensors'), saveRemedy())
  }
  if (ascii(head, 257, 262) === 'ustar') {
    throw unusable('legacy', source.name, l10n.t('a tar file of torch before 0.4'), legacyRemedy())
  }
  if (isSafetensors(source, head)) {
    throw unusable('safetensors', source.name, l10n.t('a safetensors file'), moduleRemedy())
  }
  if (isOnnx(source, head)) {
    throw unusable('onnx', source.name, l10n.t('an ONNX model'), exportRemedy())
  }
  if (ascii(head, 4, 8) === 'TFL3') {
    throw unusable('tflite', source.name, l10n.t('a TensorFlow Lite model'), exportRemedy())
  }
  if (start.startsWith('version https://git-lfs')) {
    throw unusable(
      'git-lfs',
      source.name,
      l10n.t('a Git LFS pointer, not the file itself'),
      l10n.t('Run: git lfs pull'),
    )
  }
  if (/^\s*<(!doctype|html|\?xml)/i.test(start)) {
    throw unusable(
      'web-page',
      source.name,
      l10n.t('a web page, saved under the name of a checkpoint'),
      l10n.t('Download the checkpoint again, from a direct link.'),
    )
  }
  if (head.length < 4 || head.every((byte) => byte === 0)) throw truncated(source.name)
  throw new SlimError(
    'checkpoint/not-a-checkpoint',
    l10n.t('{0} is not a PyTorch checkpoint.', source.name),
    l10n.t('Name a file that YOLOv5 saved, such as runs/train/exp/weights/last.pt.'),
  )
}

/** The folder inside the archive that holds `data.pkl`; throws the SlimError that fits another kind of zip. */
export function archivePrefix(source: ByteSource, entries: ReadonlyMap<string, ZipEntry>): string {
  const names = [...entries.keys()]
  const pickles = names.filter((name) => /^([^/]+\/)?data\.pkl$/.test(name))
  const first = names[0] ?? ''
  const folder = first.slice(0, first.indexOf('/') + 1)
  const pickle = pickles.find((name) => name === `${folder}data.pkl`) ?? pickles[0]
  if (pickle === undefined) {
    if (names.some((name) => /\.mlmodel$|Manifest\.json$/.test(name))) {
      throw unusable('coreml', source.name, l10n.t('a Core ML package'), exportRemedy())
    }
    throw unusable(
      'plain-zip',
      source.name,
      l10n.t('a zip without data.pkl'),
      l10n.t('Unpack it if it contains a checkpoint, and name that file.'),
    )
  }
  if (pickles.length > 1) throw corrupt(source.name, l10n.t('it holds {0} pickles', pickles.length))
  const prefix = pickle.slice(0, -'data.pkl'.length)
  if (
    entries.has(`${prefix}constants.pkl`) ||
    names.some((name) => name.startsWith(`${prefix}code/`))
  ) {
    throw unusable('torchscript', source.name, l10n.t('a TorchScript model'), exportRemedy())
  }
  return prefix
}

/** safetensors: a 64-bit header length, then JSON. */
function isSafetensors(source: ByteSource, head: Uint8Array): boolean {
  if (head.length < 10) return false
  const view = new DataView(head.buffer, head.byteOffset, head.length)
  const length = view.getBigUint64(0, true)
  return length >= 2n && length <= BigInt(source.size - 8) && head[8] === 0x7b
}

/** ModelProto: field 1 (ir_version) as varint, then producer_name, opset or graph. */
function isOnnx(source: ByteSource, head: Uint8Array): boolean {
  if (head[0] !== 0x08 || (head[1] ?? 0) === 0 || (head[1] ?? 99) > 32) return false
  const next = head[2] ?? 0
  return source.name.toLowerCase().endsWith('.onnx') || [0x12, 0x3a, 0x42].includes(next)
}

function unusable(what: string, name: string, kind: string, remedy: string): SlimError {
  return new SlimError(`checkpoint/${what}`, l10n.t('{0} is {1}.', name, kind), remedy)
}

const legacyRemedy = () =>
  l10n.t(
    'Save it again: python -c "import torch; torch.save(torch.load(SRC), DST)" with torch 1.6+.',
  )
const saveRemedy = () => l10n.t('Save the checkpoint with torch.save of torch 1.6 or newer.')
const moduleRemedy = () =>
  l10n.t('It holds weights but no modules: use the .pt checkpoint that YOLOv5 saved.')
const exportRemedy = () =>
  l10n.t('Exported models can not be pruned: use the .pt checkpoint it was exported from.')
