import * as l10n from '@vscode/l10n'
import { SlimError } from '../errors'
import { PyDict, PyObject, PyTensor, type PyValue } from './values'

export type ModelKey = 'ema' | 'model' | '(root)'

/**
 * The module that YOLOv5's own `attempt_load` would use (models/experimental.py, v3.1 to v7.0): `ema` where it
 * is there and not None, else `model`; also a module saved by itself. Throws `checkpoint/state-dict` or
 * `checkpoint/no-model`.
 */
export function checkpointModel(root: PyValue): { model: PyObject; key: ModelKey } {
  if (isModule(root)) return { model: root, key: '(root)' }
  if (isStateDict(root)) throw stateDict()
  if (root instanceof PyDict) {
    for (const key of ['ema', 'model'] as const) {
      const value = root.get(key)
      if (value === undefined || isFalsy(value)) continue
      if (isModule(value)) return { model: value, key }
      if (isStateDict(value)) throw stateDict()
    }
    if (isStateDict(root.get('state_dict')) || isStateDict(root.get('model_state_dict'))) {
      throw stateDict()
    }
  }
  throw new SlimError(
    'checkpoint/no-model',
    l10n.t('The checkpoint holds no model.'),
    l10n.t('Use a checkpoint that YOLOv5 saved: a dict with the key "model".'),
  )
}

/** An nn.Module: an object whose state is a dict with `_modules` and `_parameters`. */
export function isModule(value: PyValue | undefined): value is PyObject {
  if (!(value instanceof PyObject)) return false
  const state = value.state
  return (
    state instanceof PyDict &&
    mappingOf(state.get('_modules')) !== undefined &&
    mappingOf(state.get('_parameters')) !== undefined
  )
}

/** The items of a dict or of an OrderedDict node. */
export function mappingOf(value: PyValue | undefined): PyDict | undefined {
  if (value instanceof PyDict) return value
  if (value instanceof PyObject && value.className?.startsWith('collections.')) {
    return value.dictItems
  }
  return undefined
}

/** The tensor that a parameter or buffer slot holds: bare, or inside nn.Parameter's rebuild call. */
export function tensorOf(value: PyValue | undefined): PyTensor | undefined {
  if (value instanceof PyTensor) return value
  if (!(value instanceof PyObject)) return undefined
  if (!value.className?.startsWith('torch._utils._rebuild_parameter')) return undefined
  const args = value.args
  const data = args !== null && typeof args === 'object' && 'items' in args ? args.items[0] : null
  return data instanceof PyTensor ? data : undefined
}

/** Names to tensors and nothing else, as `model.state_dict()` gives them. */
export function isStateDict(value: PyValue | undefined): boolean {
  const items = mappingOf(value)?.entries
  if (!items || items.length === 0) return false
  return items.every(([key, item]) => typeof key === 'string' && tensorOf(item) !== undefined)
}

/** Python's truth of the values that stand for "nothing here". */
function isFalsy(value: PyValue): boolean {
  return value === null || value === false || value === 0
}

function stateDict(): SlimError {
  return new SlimError(
    'checkpoint/state-dict',
    l10n.t(
      'The checkpoint holds a state dict: tensors by name, without the modules they belong to.',
    ),
    l10n.t(
      'Use the .pt that YOLOv5 saved, or save the whole model: torch.save({"model": model}, file).',
    ),
  )
}
