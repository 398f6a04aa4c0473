import { openCheckpoint } from '../../../src/core/checkpoint/checkpoint'
import { PyDict, PyGlobal, PyObject, PyTuple } from '../../../src/core/checkpoint/values'
import { writeCheckpoint } from '../../../src/core/checkpoint/writeCheckpoint'
import { baseline } from './program'

/** A real model whose pickle, where Python loads it, runs `touch <witness>`. */
export function writeHostile(file: string, witness: string, from = baseline): void {
  const checkpoint = openCheckpoint(from)
  const call = new PyObject(
    'reduce',
    new PyGlobal('os', 'system'),
    new PyTuple([`touch ${witness}`]),
  )
  if (checkpoint.root instanceof PyDict) checkpoint.root.set('extra', call)
  writeCheckpoint(checkpoint, checkpoint.root, file)
  checkpoint.close()
}
