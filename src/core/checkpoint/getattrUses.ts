import { isYolov5Class } from './knownGlobals'
import { PyGlobal, PyObject, PyTuple, type PyValue } from './values'

/**
 * YOLOv5's Segment keeps `Detect.forward` as an attribute, which pickles as `getattr(Detect, 'forward')`: every
 * segmentation model imports `getattr`. So does every fused model, whose convolutions keep their own
 * `forward_fuse` (`fuseforward` up to v6.0). It is harmless when each time it is put on the stack, exactly such
 * a call consumes it, and when nothing calls a computed object.
 */
export class GetattrUses {
  #pushes = 0
  #harmlessCalls = 0
  #indirectCalls = 0

  pushed(global: PyGlobal): void {
    if (isGetattr(global)) this.#pushes++
  }

  called(callable: PyValue, args: PyValue): void {
    if (!(callable instanceof PyGlobal)) this.#indirectCalls++
    else if (isGetattr(callable) && isForward(args)) this.#harmlessCalls++
  }

  get harmless(): boolean {
    return this.#indirectCalls === 0 && this.#pushes === this.#harmlessCalls
  }
}

export function isGetattr(global: PyGlobal): boolean {
  return global.name === 'getattr' && /^(builtins|__builtin__)$/.test(global.module)
}

const forwards: ReadonlySet<PyValue> = new Set(['forward', 'forward_fuse', 'fuseforward'])

function isForward(args: PyValue): boolean {
  if (!(args instanceof PyTuple) || args.items.length !== 2) return false
  const [owner, name] = args.items
  if (name === undefined || !forwards.has(name)) return false
  const type = owner instanceof PyObject ? owner.callable : owner
  return type instanceof PyGlobal && isYolov5Class(type.module, type.name)
}
