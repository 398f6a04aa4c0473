import * as l10n from '@vscode/l10n'
import { SlimError } from '../errors'
import { op } from './opcodes'
import { PickleBytes } from './pickleBytes'
import { PickleStack } from './pickleStack'
import { corrupt } from './source'
import {
  PyBytes,
  PyDict,
  PyFloat,
  PyGlobal,
  PyList,
  PyObject,
  PySet,
  PyTuple,
  type PyValue,
} from './values'

/** Bounds far above any real checkpoint (a YOLOv5x6: 0.1 M opcodes, 20 k nodes). */
const maxOpcodes = 1_000_000
const maxNodes = 200_000

/** What a pickle leaves to its embedder. */
export type PickleHooks = {
  /** BINPERSID: what the persistent id stands for. */
  persistent(id: PyValue): PyValue
  /** REDUCE: a node for the call; undefined keeps it as a PyObject. */
  call(callable: PyValue, args: PyValue): PyValue | undefined
  /** A global was put on the stack, again or for the first time. */
  pushed(global: PyGlobal): void
}

export type Pickle = {
  readonly root: PyValue
  /** Every global that unpickling would import, in order of appearance. */
  readonly globals: readonly PyGlobal[]
  readonly protocol: number
}

/**
 * Interprets a pickle of protocol 2 to 5 as data: calls become nodes, nothing is imported or executed.
 * One loop without recursion, with a budget of opcodes and nodes. Throws a SlimError for anything that is not
 * such a pickle. Format: Lib/pickletools.py of CPython.
 */
export function readPickle(name: string, content: Uint8Array, hooks: PickleHooks): Pickle {
  const bytes = new PickleBytes(name, content)
  const stack = new PickleStack(name)
  const memo: PyValue[] = []
  const interned = new Map<string, PyGlobal>()
  let memoCount = 0
  let nodes = 0
  let protocol = 0
  let steps = 0

  function node<T extends PyValue>(value: T): void {
    if (++nodes > maxNodes) throw tooMuch(name)
    stack.push(value)
  }

  function put(index: number): void {
    // A pickler numbers what it remembers one by one: a number ahead of all opcodes is damage.
    if (index > steps) throw misuse(name)
    if (memo[index] === undefined) memoCount++
    memo[index] = stack.top()
  }

  function get(index: number): void {
    const value = memo[index]
    if (value === undefined) throw corrupt(name, l10n.t('it refers to an object it does not hold'))
    push(value)
  }

  function push(value: PyValue): void {
    if (value instanceof PyGlobal) hooks.pushed(value)
    stack.push(value)
  }

  function global(module: string, attribute: string): void {
    const key = `${module}\n${attribute}`
    let value = interned.get(key)
    if (!value) {
      value = new PyGlobal(module, attribute)
      interned.set(key, value)
    }
    if (++nodes > maxNodes) throw tooMuch(name)
    push(value)
  }

  for (; ; steps++) {
    if (steps > maxOpcodes) throw tooMuch(name)
    const code = bytes.u8()
    switch (code) {
      case op.PROTO:
        protocol = bytes.u8()
        if (protocol > 5) throw unsupported(name, l10n.t('pickle protocol {0}', protocol))
        break
      case op.FRAME:
        bytes.length8()
        break
      case op.STOP: {
        const root = stack.pop()
        stack.expectEmpty()
        return { root, globals: [...interned.values()], protocol }
      }

      case op.MARK:
        stack.mark()
        break
      case op.POP:
        stack.discard()
        break
      case op.POP_MARK:
        stack.popToMark()
        break
      case op.DUP:
        push(stack.top())
        break

      case op.BINPUT:
        put(bytes.u8())
        break
      case op.LONG_BINPUT:
        put(bytes.u32())
        break
      case op.MEMOIZE:
        put(memoCount)
        break
      case op.BINGET:
        get(bytes.u8())
        break
      case op.LONG_BINGET:
        get(bytes.u32())
        break

      case op.NONE:
        stack.push(null)
        break
      case op.NEWTRUE:
        stack.push(true)
        break
      case op.NEWFALSE:
        stack.push(false)
        break
      case op.BININT:
        stack.push(bytes.i32())
        break
      case op.BININT1:
        stack.push(bytes.u8())
        break
      case op.BININT2:
        stack.push(bytes.u16())
        break
      case op.LONG1:
        stack.push(bytes.long(bytes.u8()))
        break
      case op.LONG4:
        stack.push(bytes.long(bytes.u32()))
        break
      case op.BINFLOAT:
        node(new PyFloat(bytes.f64()))
        break

      case op.BINUNICODE:
      case op.BINSTRING:
        stack.push(bytes.text(bytes.u32()))
        break
      case op.SHORT_BINUNICODE:
      case op.SHORT_BINSTRING:
        stack.push(bytes.text(bytes.u8()))
        break
      case op.BINUNICODE8:
        stack.push(bytes.text(bytes.length8()))
        break
      case op.SHORT_BINBYTES:
        node(new PyBytes(bytes.take(bytes.u8())))
        break
      case op.BINBYTES:
        node(new PyBytes(bytes.take(bytes.u32())))
        break
      case op.BINBYTES8:
        node(new PyBytes(bytes.take(bytes.length8())))
        break
      case op.BYTEARRAY8:
        node(new PyBytes(bytes.take(bytes.length8()), true))
        break

      case op.EMPTY_TUPLE:
        node(new PyTuple([]))
        break
      case op.TUPLE1:
        node(new PyTuple(stack.popMany(1)))
        break
      case op.TUPLE2:
        node(new PyTuple(stack.popMany(2)))
        break
      case op.TUPLE3:
        node(new PyTuple(stack.popMany(3)))
        break
      case op.TUPLE:
        node(new PyTuple(stack.popToMark()))
        break
      case op.EMPTY_LIST:
        node(new PyList())
        break
      case op.EMPTY_DICT:
        node(new PyDict())
        break
      case op.EMPTY_SET:
        node(new PySet())
        break
      case op.FROZENSET: {
        const set = new PySet(true)
        for (const item of stack.popToMark()) set.items.push(item)
        node(set)
        break
      }

      case op.APPEND: {
        const item = stack.pop()
        append(name, stack.top(), [item])
        break
      }
      case op.APPENDS: {
        const items = stack.popToMark()
        append(name, stack.top(), items)
        break
      }
      case op.SETITEM: {
        const pair = stack.popMany(2)
        setItems(name, stack.top(), pair)
        break
      }
      case op.SETITEMS: {
        const items = stack.popToMark()
        setItems(name, stack.top(), items)
        break
      }
      case op.ADDITEMS: {
        const items = stack.popToMark()
        const set = stack.top()
        if (!(set instanceof PySet) || set.frozen) throw misuse(name)
        for (const item of items) set.items.push(item)
        break
      }

      case op.GLOBAL:
        global(bytes.line(), bytes.line())
        break
      case op.STACK_GLOBAL: {
        const [module, attribute] = stack.popMany(2)
        if (typeof module !== 'string' || typeof attribute !== 'string') throw misuse(name)
        global(module, attribute)
        break
      }
      case op.BINPERSID:
        node(hooks.persistent(stack.pop()))
        break
      case op.REDUCE: {
        const args = stack.pop()
        const callable = stack.pop()
        if (!(args instanceof PyTuple)) throw misuse(name)
        node(hooks.call(callable, args) ?? new PyObject('reduce', callable, args))
        break
      }
      case op.NEWOBJ: {
        const args = stack.pop()
        const callable = stack.pop()
        if (!(args instanceof PyTuple)) throw misuse(name)
        node(new PyObject('new', callable, args))
        break
      }
      case op.NEWOBJ_EX: {
        const kwargs = stack.pop()
        const args = stack.pop()
        const callable = stack.pop()
        if (!(args instanceof PyTuple) || !(kwargs instanceof PyDict)) throw misuse(name)
        node(new PyObject('new', callable, args, kwargs))
        break
      }
      case op.BUILD: {
        const state = stack.pop()
        const object = stack.top()
        if (!(object instanceof PyObject) || object.state !== undefined) throw misuse(name)
        object.state = state
        break
      }
      default:
        throw unsupported(name, l10n.t('pickle opcode 0x{0}', code.toString(16)))
    }
  }
}

function append(name: string, target: PyValue, items: readonly PyValue[]): void {
  const list =
    target instanceof PyList
      ? target.items
      : target instanceof PyObject
        ? target.listItems
        : undefined
  if (!list) throw misuse(name)
  for (const item of items) list.push(item)
}

function setItems(name: string, target: PyValue, items: readonly PyValue[]): void {
  const dict =
    target instanceof PyDict ? target : target instanceof PyObject ? target.dictItems : undefined
  if (!dict || items.length % 2 !== 0) throw misuse(name)
  for (let i = 0; i < items.length; i += 2) {
    const key = items[i] as PyValue
    const value = items[i + 1] as PyValue
    if (typeof key === 'string') dict.set(key, value)
    else dict.entries.push([key, value])
  }
}

function misuse(name: string): SlimError {
  return corrupt(name, l10n.t('its pickle contradicts itself'))
}

function tooMuch(name: string): SlimError {
  return new SlimError(
    'checkpoint/too-complex',
    l10n.t('{0} holds far more objects than a YOLOv5 model.', name),
    l10n.t('Save only the model: torch.save({"model": model}, file).'),
  )
}

function unsupported(name: string, what: string): SlimError {
  return new SlimError(
    'checkpoint/unsupported-pickle',
    l10n.t('{0} uses {1}, which torch.save does not write.', name, what),
    l10n.t('Save the checkpoint again with torch.save and its default pickle protocol.'),
  )
}
