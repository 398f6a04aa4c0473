import { spawnSync } from 'node:child_process'
import { openCheckpoint } from '../../../src/core/checkpoint/checkpoint'
import { PyDict, PyGlobal, PyObject, PyTuple } from '../../../src/core/checkpoint/values'
import { writeCheckpoint } from '../../../src/core/checkpoint/writeCheckpoint'
import { shellLine } from '../../../src/runs/format/shellLine'
import { baseline } from './program'

/** A real model whose pickle, where Python loads it, makes the file `witness`, whatever its path holds. */
export function writeHostile(file: string, witness: string, from = baseline): void {
  const checkpoint = openCheckpoint(from)
  const line = shellLine(['touch', witness])
  const call = new PyObject('reduce', new PyGlobal('os', 'system'), new PyTuple([line]))
  if (checkpoint.root instanceof PyDict) checkpoint.root.set('extra', call)
  writeCheckpoint(checkpoint, checkpoint.root, file)
  checkpoint.close()
}

export const hasPython = spawnSync('python3', ['--version']).status === 0

/** Unpickles a checkpoint as whoever trusts it does: a trap that does not spring then proves nothing. */
export function loadBlindly(file: string): void {
  const loader = `${import.meta.dirname}/load_blindly.py`
  const { stderr, status } = spawnSync('python3', [loader, file], { encoding: 'utf8' })
  if (status !== 0 || stderr !== '') throw new Error(`${file} does not load: ${stderr}`)
}
