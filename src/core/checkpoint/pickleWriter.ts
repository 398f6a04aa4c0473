import * as l10n from '@vscode/l10n'
import { SlimError } from '../errors'
import { ByteBuilder } from './byteBuilder'
import { op } from './opcodes'
import { storageClasses } from './torchPickle'
import {
  PyBytes,
  PyDict,
  PyFloat,
  PyGlobal,
  PyList,
  PyObject,
  PySet,
  PyStorage,
  PyTensor,
  PyTuple,
  type PyValue,
} from './values'

/** Far above any checkpoint; stops a graph of immutable nodes that contain each other. */
const maxOutput = 64 << 20
const maxPending = 1_200_000
const rebuildTensor = new PyGlobal('torch._utils', '_rebuild_tensor_v2')
const utf8 = new TextEncoder()

type Node = Exclude<PyValue, null | boolean | number | bigint | string | PyFloat>
/** Either a value still to be written or what to do once those before it are. */
type Task = { readonly value: PyValue } | (() => void)

/** Told of what decides how many bytes a pickle takes; see slimming/sizeFacts.ts. */
export type PickleObserver = {
  /** The memo's number `index` is referred to again. */
  readonly get: (index: number) => void
  /** A storage is about to be written, its class first: the memo holds `memoSize` entries by then. */
  readonly storage: (storage: PyStorage, memoSize: number) => void
}

export type TorchPickle = {
  readonly bytes: Uint8Array
  /** The storages referred to; each one's key in the new archive is its position here. */
  readonly storages: readonly PyStorage[]
  /** Entries in the memo at the end. */
  readonly memoSize: number
}

/**
 * The graph as the `data.pkl` of a torch archive. Identity is kept by the memo, as CPython's pickler does
 * (Lib/pickle.py, also for cycles through tuples and calls); there is no recursion. `protocol` is the source's:
 * below 3 Python maps Python 2 module names, so it must not be raised across that line.
 */
export function writeTorchPickle(
  root: PyValue,
  protocol: number,
  observer?: PickleObserver,
): TorchPickle {
  const out = new ByteBuilder()
  const version = Math.max(2, Math.min(5, protocol))
  const memo = new Map<PyValue, number>()
  const storages = new Map<PyStorage, number>()
  const todo: Task[] = []

  function put(value: PyValue): void {
    const index = memo.size
    memo.set(value, index)
    if (index < 256) out.u8(op.BINPUT).u8(index)
    else out.u8(op.LONG_BINPUT).u32(index)
  }

  function get(index: number): void {
    observer?.get(index)
    if (index < 256) out.u8(op.BINGET).u8(index)
    else out.u8(op.LONG_BINGET).u32(index)
  }

  /** Runs the tasks next, first to last. */
  function next(...tasks: readonly Task[]): void {
    for (let i = tasks.length - 1; i >= 0; i--) todo.push(tasks[i] as Task)
  }

  function nextAll(values: readonly PyValue[], done: () => void): void {
    todo.push(done)
    for (let i = values.length - 1; i >= 0; i--) todo.push({ value: values[i] as PyValue })
  }

  function integer(value: number | bigint): void {
    if (typeof value === 'number' && !Number.isSafeInteger(value)) throw notAnInteger(value)
    if (value >= 0 && value < 0x100) out.u8(op.BININT1).u8(Number(value))
    else if (value >= 0 && value < 0x10000) out.u8(op.BININT2).u16(Number(value))
    else if (value >= -0x80000000 && value < 0x80000000) out.u8(op.BININT).i32(Number(value))
    else long(BigInt(value))
  }

  function long(value: bigint): void {
    const bytes: number[] = []
    let rest = value
    do {
      bytes.push(Number(rest & 255n))
      rest >>= 8n
    } while (
      !((rest === 0n && (bytes.at(-1) ?? 0) < 128) || (rest === -1n && (bytes.at(-1) ?? 0) >= 128))
    )
    if (bytes.length < 256) out.u8(op.LONG1).u8(bytes.length)
    else out.u8(op.LONG4).u32(bytes.length)
    out.bytes(Uint8Array.from(bytes))
  }

  function text(value: string): void {
    const known = memo.get(value)
    if (known !== undefined) {
      get(known)
      return
    }
    const bytes = utf8.encode(value)
    out.u8(op.BINUNICODE).u32(bytes.length).bytes(bytes)
    put(value)
  }

  function global(value: PyGlobal): void {
    if (value.name.includes('.') || /\n/.test(value.path)) {
      text(value.module)
      text(value.name)
      out.u8(op.STACK_GLOBAL)
    } else {
      out.u8(op.GLOBAL).bytes(utf8.encode(`${value.module}\n${value.name}\n`))
    }
    put(value)
  }

  /** Fetches a node that its own parts already wrote, after dropping those parts. */
  function alreadyWritten(value: PyValue, drop: () => void): boolean {
    const known = memo.get(value)
    if (known === undefined) return false
    drop()
    get(known)
    return true
  }

  function tuple(value: PyTuple): void {
    const count = value.items.length
    if (count === 0) {
      out.u8(op.EMPTY_TUPLE)
      return
    }
    if (count > 3) out.u8(op.MARK)
    nextAll(value.items, () => {
      const drop = () => {
        if (count > 3) out.u8(op.POP_MARK)
        else for (let i = 0; i < count; i++) out.u8(op.POP)
      }
      if (alreadyWritten(value, drop)) return
      out.u8(count > 3 ? op.TUPLE : ([op.TUPLE1, op.TUPLE2, op.TUPLE3][count - 1] ?? op.TUPLE))
      put(value)
    })
  }

  function items(values: readonly PyValue[], code: number): void {
    if (values.length === 0) return
    out.u8(op.MARK)
    nextAll(values, () => out.u8(code))
  }

  function object(value: PyObject): void {
    const parts = [value.callable, value.args]
    if (value.kwargs !== undefined) parts.push(value.kwargs)
    nextAll(parts, () => {
      const drop = () => {
        for (let i = 0; i < parts.length; i++) out.u8(op.POP)
      }
      if (alreadyWritten(value, drop)) return
      const made = value.kwargs === undefined ? op.NEWOBJ : op.NEWOBJ_EX
      out.u8(value.how === 'reduce' ? op.REDUCE : made)
      put(value)
      next(
        () => items(value.listItems, op.APPENDS),
        () => items(value.dictItems.entries.flat(), op.SETITEMS),
        () => {
          if (value.state !== undefined) next({ value: value.state }, () => out.u8(op.BUILD))
        },
      )
    })
  }

  function storage(value: PyStorage): void {
    const key = storages.get(value) ?? storages.size
    storages.set(value, key)
    const type = value.opaque?.className ?? storageClass(value)
    out.u8(op.MARK)
    next({ value: 'storage' }, () => {
      observer?.storage(value, memo.size)
      nextAll([type, String(key), value.location, value.numel], () =>
        out.u8(op.TUPLE).u8(op.BINPERSID),
      )
    })
  }

  function tensor(value: PyTensor): void {
    const args = [
      value.storage,
      value.offset,
      new PyTuple([...value.shape]),
      new PyTuple([...value.stride]),
      value.requiresGrad,
      value.backwardHooks,
      ...value.extra,
    ]
    next({ value: rebuildTensor }, () => {
      out.u8(op.MARK)
      nextAll(args, () => {
        out.u8(op.TUPLE)
        if (alreadyWritten(value, () => out.u8(op.POP).u8(op.POP))) return
        out.u8(op.REDUCE)
        put(value)
      })
    })
  }

  function bytes(value: PyBytes): void {
    if (value.mutable && version === 5) {
      out.u8(op.BYTEARRAY8).u64(value.bytes.length).bytes(value.bytes)
      put(value)
      return
    }
    if (value.mutable) {
      object(asReduce(value))
      return
    }
    out.u8(op.BINBYTES).u32(value.bytes.length).bytes(value.bytes)
    put(value)
  }

  const bytearrays = new Map<PyBytes, PyObject>()
  function asReduce(value: PyBytes): PyObject {
    const known = bytearrays.get(value)
    if (known) return known
    const type = new PyGlobal('builtins', 'bytearray')
    const made = new PyObject('reduce', type, new PyTuple([new PyBytes(value.bytes)]))
    bytearrays.set(value, made)
    return made
  }

  function node(value: Node): void {
    const known = memo.get(value)
    if (known !== undefined) get(known)
    else if (value instanceof PyGlobal) global(value)
    else if (value instanceof PyTuple) tuple(value)
    else if (value instanceof PyList) {
      out.u8(op.EMPTY_LIST)
      put(value)
      items(value.items, op.APPENDS)
    } else if (value instanceof PyDict) {
      out.u8(op.EMPTY_DICT)
      put(value)
      items(value.entries.flat(), op.SETITEMS)
    } else if (value instanceof PySet) set(value)
    else if (value instanceof PyObject) object(value)
    else if (value instanceof PyTensor) tensor(value)
    else if (value instanceof PyStorage) storage(value)
    else bytes(value)
  }

  function set(value: PySet): void {
    if (!value.frozen) {
      out.u8(op.EMPTY_SET)
      put(value)
      items(value.items, op.ADDITEMS)
      return
    }
    out.u8(op.MARK)
    nextAll(value.items, () => {
      if (alreadyWritten(value, () => out.u8(op.POP_MARK))) return
      out.u8(op.FROZENSET)
      put(value)
    })
  }

  function write(value: PyValue): void {
    if (value === null) out.u8(op.NONE)
    else if (typeof value === 'boolean') out.u8(value ? op.NEWTRUE : op.NEWFALSE)
    else if (typeof value === 'number' || typeof value === 'bigint') integer(value)
    else if (typeof value === 'string') text(value)
    else if (value instanceof PyFloat) out.u8(op.BINFLOAT).f64BigEndian(value.value)
    else {
      const known = value instanceof PyBytes ? bytearrays.get(value) : undefined
      node(known ?? value)
    }
  }

  out.u8(op.PROTO).u8(version)
  todo.push({ value: root })
  for (let task = todo.pop(); task !== undefined; task = todo.pop()) {
    if (out.length > maxOutput || todo.length > maxPending) throw tooLarge()
    if (typeof task === 'function') task()
    else write(task.value)
  }
  out.u8(op.STOP)
  return { bytes: out.finish(), storages: [...storages.keys()], memoSize: memo.size }
}

const classes = new Map<string, PyGlobal>()

function storageClass(storage: PyStorage): PyGlobal {
  const name = storageClasses[storage.dtype]
  const known = classes.get(name) ?? new PyGlobal('torch', name)
  classes.set(name, known)
  return known
}

function notAnInteger(value: number): SlimError {
  return new SlimError(
    'checkpoint/not-writable',
    l10n.t('The number {0} is not an integer; write it as a float.', value),
    l10n.t('This is a defect of YOLOv5 Slim: please report it.'),
  )
}

function tooLarge(): SlimError {
  return new SlimError(
    'checkpoint/too-complex',
    l10n.t('The checkpoint holds far more objects than a YOLOv5 model.'),
    l10n.t('Save only the model: torch.save({"model": model}, file).'),
  )
}
