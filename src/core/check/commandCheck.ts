import { posix } from 'node:path'
import * as l10n from '@vscode/l10n'
import type { Finding, Fix } from '../finding'
import type { Clone } from './clone'
import { flagFindings } from './commandFlags'
import { editFix, switchFix, switchFixes } from './fixes'
import { isKnownModule, otherNameOf, releaseWithModule } from './history'
import { flagValues, type Invocation, type PlacedWord } from './invocations'
import type { IsWritten } from './session'
import { counterpart, findsYaml, isStockDataPath, isStockYaml } from './stockYaml'

/** Scripts for slimming that tutorials name, all of which the `yolov5-slim` program answers to. */
const SLIMMING = /^(?:train_sparsity|train_sparity|prune|finetune_pruned)\.py$/

function moduleOf(script: string): string {
  return script.replace(/\.py$/, '').replaceAll('/', '.')
}

function missingScript(invocation: Invocation, clone: Clone): Finding[] {
  const { script, scriptWord, scriptTail, launcher } = invocation
  const { release } = clone.detection
  if (clone.has(script)) return []
  const module = moduleOf(script)
  const lacks = l10n.t('YOLOv5 {0} has no {1}.', release, script)
  if (SLIMMING.test(script)) {
    const start = (launcher ?? scriptWord).range.start
    const fix: Fix = {
      kind: 'edit',
      title: l10n.t('Run it with yolov5-slim'),
      edits: [{ range: { start, end: scriptWord.range.end }, text: `yolov5-slim ${script}` }],
    }
    return [
      {
        code: 'command/script',
        message: `${lacks} ${l10n.t('The program yolov5-slim takes the same command line.')}`,
        severity: 'warning',
        range: scriptWord.range,
        ...(launcher !== undefined && launcher.range.start.line !== scriptWord.range.start.line
          ? {}
          : { fixes: [fix] }),
      },
    ]
  }
  if (!isKnownModule(module)) return []
  const other = otherNameOf(module)
  const file = other === undefined ? undefined : `${other.replaceAll('.', '/')}.py`
  const there = file !== undefined && clone.has(file) ? file : undefined
  const fixes: Fix[] = [
    ...(there === undefined || scriptTail === undefined ? [] : [editFix(there, scriptTail, there)]),
    ...switchFixes(releaseWithModule(module, release), release),
  ]
  return [
    {
      code: 'command/script',
      message: there === undefined ? lacks : `${lacks} ${l10n.t('It is called {0} there.', there)}`,
      severity: 'error',
      range: scriptWord.range,
      fixes,
    },
  ]
}

/** A yaml that another release ships and this one does not have, under this name or in this folder. */
export function stockYamlFinding(
  word: Pick<PlacedWord, 'text' | 'range' | 'open' | 'wider'>,
  clone: Clone,
  code: 'command/stock-file' | 'script/stock-file',
  isWritten: IsWritten,
): Finding[] {
  const { text, range } = word
  const path = posix.normalize(text.replaceAll('\\', '/'))
  if (word.open || !/\.ya?ml$/.test(path) || /^(?:\/|~|[A-Za-z]:|\.\.)/.test(path)) return []
  if (!(isStockYaml(path) || isStockDataPath(path)) || findsYaml(clone, path)) return []
  if (isWritten(path, range.start)) return []
  const near = counterpart(clone, path)
  const lacks = l10n.t('This YOLOv5 {0} has no {1}.', clone.detection.release, path)
  return [
    {
      code,
      message: near === undefined ? lacks : `${lacks} ${l10n.t('It has {0}.', near)}`,
      severity: 'warning',
      range,
      ...(near === undefined || word.wider
        ? {}
        : { suggestion: near, fixes: [editFix(near, range, near)] }),
    },
  ]
}

/** `--batch-size -1`, which has the batch size chosen, where the script would take it for the number. */
function autoBatchFinding(invocation: Invocation, clone: Clone): Finding[] {
  const { script } = invocation
  const [word] = flagValues(invocation, '--batch-size', clone)
  const code = clone.code(script)
  if (script !== 'train.py' || word?.text !== '-1' || code === '' || /autobatch/.test(code))
    return []
  const { release } = clone.detection
  return [
    {
      code: 'command/choice',
      message: l10n.t(
        '{0} of YOLOv5 {1} can’t choose the batch size: that came with v6.1.',
        script,
        release,
      ),
      severity: 'warning',
      range: word.range,
      fixes: [switchFix('v6.1')],
    },
  ]
}

/** All that is wrong with one command line, as far as its text tells. */
export function checkInvocation(
  invocation: Invocation,
  clone: Clone,
  isWritten: IsWritten,
): readonly Finding[] {
  const values = ['--hyp', '--cfg', '--data'].flatMap((flag) =>
    flagValues(invocation, flag, clone).slice(0, 1),
  )
  return [
    ...missingScript(invocation, clone),
    ...flagFindings(invocation, clone),
    ...autoBatchFinding(invocation, clone),
    ...values.flatMap((word) => stockYamlFinding(word, clone, 'command/stock-file', isWritten)),
  ]
}
