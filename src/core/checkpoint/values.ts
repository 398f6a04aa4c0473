/**
 * What a pickle says, as data. Nothing here is ever executed: a class is a name, a call is a node.
 *
 * The graph keeps identity: an object that the pickle memoises and refers to twice is one node here, so the
 * writer can reproduce sharing and cycles. Nodes are mutable, because surgery edits a freshly read graph in
 * place and then writes it; open the file again for another edit.
 */
export type PyValue =
  | null
  | boolean
  | number // Python int within ±2^53
  | bigint // Python int beyond it
  | string
  | PyFloat
  | PyBytes
  | PyGlobal
  | PyTuple
  | PyList
  | PyDict
  | PySet
  | PyObject
  | PyStorage
  | PyTensor

/** A Python float; kept apart from int so that 1.0 is written back as a float. */
export class PyFloat {
  readonly kind = 'float'
  constructor(readonly value: number) {}
}

export class PyBytes {
  readonly kind = 'bytes'
  constructor(
    readonly bytes: Uint8Array,
    readonly mutable = false,
  ) {}
}

/** A class or function by name, e.g. module `models.common`, name `Conv`. */
export class PyGlobal {
  readonly kind = 'global'
  constructor(
    readonly module: string,
    readonly name: string,
  ) {}
  /** `models.common.Conv` */
  get path(): string {
    return `${this.module}.${this.name}`
  }
}

export class PyTuple {
  readonly kind = 'tuple'
  constructor(readonly items: PyValue[]) {}
}

export class PyList {
  readonly kind = 'list'
  readonly items: PyValue[] = []
}

/** A dict in insertion order. String keys are by far the most common; `get` and `set` serve those. */
export class PyDict {
  readonly kind = 'dict'
  readonly entries: [PyValue, PyValue][] = []
  /** Position of each string key; made when the dict is large, and again when `entries` was edited. */
  #index: Map<string, number> | undefined
  #indexed = 0

  get(key: string): PyValue | undefined {
    return this.#find(key)?.[1]
  }

  set(key: string, value: PyValue): void {
    const entry = this.#find(key)
    if (entry) entry[1] = value
    else this.entries.push([key, value])
  }

  #find(key: string): [PyValue, PyValue] | undefined {
    if (this.entries.length <= 8) return this.entries.find(([k]) => k === key)
    if (this.#index === undefined || this.#indexed > this.entries.length) this.#reindex()
    const index = this.#index as Map<string, number>
    for (; this.#indexed < this.entries.length; this.#indexed++) {
      const name = this.entries[this.#indexed]?.[0]
      if (typeof name === 'string' && !index.has(name)) index.set(name, this.#indexed)
    }
    const at = index.get(key)
    if (at === undefined) return undefined
    const entry = this.entries[at]
    if (entry?.[0] === key) return entry
    this.#reindex()
    return this.entries.find(([k]) => k === key)
  }

  #reindex(): void {
    this.#index = new Map()
    this.#indexed = 0
  }
}

export class PySet {
  readonly kind = 'set'
  readonly items: PyValue[] = []
  constructor(readonly frozen = false) {}
}

/**
 * The result of a call the pickle asks for, not made: REDUCE (`how: 'reduce'`, callable and args),
 * NEWOBJ/NEWOBJ_EX (`how: 'new'`), followed by what BUILD, APPEND(S), SETITEM(S) and ADDITEMS add to it.
 */
export class PyObject {
  readonly kind = 'object'
  /** BUILD's argument; for an nn.Module the instance `__dict__`. */
  state: PyValue | undefined
  /** Items appended to a list-like object. */
  readonly listItems: PyValue[] = []
  /** Items set on a dict-like object such as OrderedDict. */
  readonly dictItems = new PyDict()

  constructor(
    readonly how: 'reduce' | 'new',
    readonly callable: PyValue,
    readonly args: PyValue,
    readonly kwargs?: PyValue,
  ) {}

  /** The callable's dotted name when it is a plain global, else undefined. */
  get className(): string | undefined {
    return this.callable instanceof PyGlobal ? this.callable.path : undefined
  }
}

export type Dtype =
  | 'float16'
  | 'bfloat16'
  | 'float32'
  | 'float64'
  | 'uint8'
  | 'int8'
  | 'int16'
  | 'int32'
  | 'int64'
  | 'bool'

export const dtypeBytes: Readonly<Record<Dtype, number>> = {
  float16: 2,
  bfloat16: 2,
  float32: 4,
  float64: 8,
  uint8: 1,
  int8: 1,
  int16: 2,
  int32: 4,
  int64: 8,
  bool: 1,
}

/** A block of elements in the archive (`<archive>/data/<key>`), or new bytes that replace one. */
export class PyStorage {
  readonly kind = 'storage'
  constructor(
    readonly dtype: Dtype,
    /** Entry name under `data/`; ignored when `bytes` is there. */
    readonly key: string,
    /** Device it was saved from, e.g. `cpu`, `cuda:0`. */
    readonly location: string,
    /** Number of elements. */
    readonly numel: number,
    /** Little-endian content of a storage that no archive holds yet. */
    readonly bytes?: Uint8Array,
    /** A storage class without a `Dtype` (complex, quantised, untyped): carried along, never interpreted. */
    readonly opaque?: { readonly className: PyGlobal; readonly elementBytes: number },
  ) {}
}

/**
 * A tensor (`torch._utils._rebuild_tensor_v2`): a strided view of a storage. `offset` and `stride` count
 * elements. nn.Parameter is a PyObject (`torch._utils._rebuild_parameter`) around one of these.
 */
export class PyTensor {
  readonly kind = 'tensor'
  constructor(
    public storage: PyStorage,
    public offset: number,
    public shape: readonly number[],
    public stride: readonly number[],
    readonly requiresGrad: boolean,
    readonly backwardHooks: PyValue,
    /** Further arguments of the rebuild call (metadata in newer torch), written back unchanged. */
    readonly extra: readonly PyValue[] = [],
  ) {}

  get dtype(): Dtype {
    return this.storage.dtype
  }

  /** Puts new contiguous content in place of the old; every holder of this tensor sees it. */
  replace(dtype: Dtype, shape: readonly number[], bytes: Uint8Array): void {
    const numel = shape.reduce((a, b) => a * b, 1)
    if (bytes.length !== numel * dtypeBytes[dtype]) {
      throw new RangeError(`${bytes.length} bytes for shape [${shape.join(', ')}] of ${dtype}`)
    }
    this.storage = new PyStorage(dtype, '', this.storage.location, numel, bytes)
    this.offset = 0
    this.shape = [...shape]
    this.stride = shape.map((_, i) => shape.slice(i + 1).reduce((a, b) => a * b, 1))
  }
}
