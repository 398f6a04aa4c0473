import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import * as l10n from '@vscode/l10n'
import { asSlimError } from '../../core/errors'
import { releaseFor } from '../../engines/builtin/stage/detection'
import { optOf } from '../../engines/builtin/stage/launch'
import {
  type TrainOptions,
  trainOptions,
  type ValOptions,
  valOptions,
} from '../../engines/builtin/stage/options'
import { defaultHyp, type Hyp, readHyp } from '../../engines/builtin/training/hyp'
import { flagDefault, flagValue, type ParsedFlags } from '../../engines/common/flags'
import { hypFile } from '../../engines/common/inputs'
import { sparsityOf } from '../../engines/common/sparsityFlags'
import { requireBatchNorm, requireDetector } from '../../engines/common/weights'
import { crossFindings } from './crossCheck'
import { type FieldFinding, findingOf } from './finding'
import { type CheckRequest, flagFindings, scriptFlags, valueFindings } from './flagCheck'
import { chooseEngine } from './readiness'
import { sparsityOutlook } from './sparsityOutlook'
import { firstStage } from './stage'

/**
 * Everything that is wrong with a form, or worth knowing, by field: what the engine would refuse, in its own words and
 * with its own codes, and what it would accept though it makes no sense.
 */
export async function checkForm(request: CheckRequest): Promise<readonly FieldFinding[]> {
  const { stage } = request
  const wrong = valueFindings(request)
  if (stage === 'prune') return [...wrong, ...(await new Check(request, undefined).prune(wrong))]
  if (wrong.some(({ field }) => field === 'more')) return wrong
  const { findings, parsed } = await flagFindings(request, wrong)
  const found = [...wrong, ...findings]
  if (!parsed) return found
  return [...found, ...(await new Check(request, parsed).all(found))]
}

/** The checks of one form; each reads what it needs, and says nothing where that is wrong already. */
class Check {
  readonly #request: CheckRequest
  readonly #parsed: ParsedFlags | undefined
  readonly #found: FieldFinding[] = []

  constructor(request: CheckRequest, parsed: ParsedFlags | undefined) {
    this.#request = request
    this.#parsed = parsed
  }

  async prune(wrong: readonly FieldFinding[]): Promise<readonly FieldFinding[]> {
    if (wrong.length > 0) return []
    const weights = await this.#weights('builtin')
    if (weights) this.#tried('weights', () => requireBatchNorm(weights))
    return this.#found
  }

  async all(before: readonly FieldFinding[]): Promise<readonly FieldFinding[]> {
    const { stage, values, place, facts } = this.#request
    const bad = new Set(before.map(({ field }) => field))
    const engine = this.#engine()
    const value = (key: string) => (bad.has(key) ? '' : (values[key] ?? '').trim())
    const data = value('data')
      ? await this.#trying('data', () => facts.data(value('data'), place))
      : undefined
    const weights = value('weights') ? await this.#weights(engine) : undefined
    const cfg = value('cfg')
      ? await this.#trying('cfg', () => facts.cfg(value('cfg'), place))
      : undefined
    if (weights) {
      if (stage !== 'val') this.#tried('weights', () => requireBatchNorm(weights))
      if (!cfg || stage === 'finetune' || stage === 'val')
        this.#tried('weights', () => requireDetector(weights))
    }
    if (!weights && !cfg && !bad.has('weights') && !bad.has('cfg') && this.#found.length === 0) {
      this.#say(
        'weights',
        'flags/value',
        l10n.t('Neither weights nor a model yaml say which model to train.'),
      )
    }
    const options = this.#options(engine)
    this.#found.push(
      ...crossFindings({
        ...{ stage, engine, device: value('device'), release: place.detection.release },
        ...(data ? { data } : {}),
        ...(weights ? { weights } : {}),
        ...(cfg ? { cfg } : {}),
        pruned: this.#arePruned(value('weights')),
        singleClass: this.#parsed?.script.has('single_cls') === true,
        ...(options && 'epochs' in options ? { epochs: options.epochs } : {}),
        ...(options && !bad.has('batch') ? { batch: options.batchSize } : {}),
        ...(options && !bad.has('imgsz') ? { imageSize: options.imageSize } : {}),
      }),
    )
    if (
      data &&
      data.train > 0 &&
      options &&
      'epochs' in options &&
      !bad.has('sr') &&
      !bad.has('percent')
    ) {
      await this.#outlook(options, data.train, weights?.path)
    }
    this.#folder(value('name'))
    return this.#found
  }

  /** The choice of a checkpoint says which stage's run it is of. */
  #arePruned(weights: string): boolean {
    const control = this.#request.fields.find(({ key }) => key === 'weights')?.control
    const choices = control?.kind === 'file' ? control.choices : []
    const from = choices.find(({ value }) => value === weights)?.stage
    return from === 'prune' || from === 'finetune'
  }

  #engine(): 'pytorch' | 'builtin' {
    const { place, values, readiness } = this.#request
    const asked = values.engine ?? 'auto'
    const { engine } = chooseEngine(asked, place.hasCheckout, readiness)
    if (!place.hasCheckout || asked === 'builtin') return engine
    if (readiness.kind === 'ready') {
      this.#say('engine', 'form/engine', readiness.text, 'information')
    } else {
      const severity = engine === 'pytorch' ? 'error' : 'information'
      this.#found.push(findingOf(readiness.error, 'engine', severity))
      if (engine === 'builtin') {
        const text = l10n.t('The built-in engine trains instead.')
        this.#say('engine', 'form/engine', text, 'information')
      }
    }
    return engine
  }

  #weights(engine: 'pytorch' | 'builtin') {
    const { facts, values, place } = this.#request
    const trusted = values.trustWeights === 'true'
    return this.#trying('weights', () =>
      facts.weights((values.weights ?? '').trim(), place, {
        unpickles: engine === 'pytorch',
        trusted,
      }),
    )
  }

  /** The options as the built-in engine reads them; it alone refuses some. */
  #options(engine: 'pytorch' | 'builtin'): TrainOptions | ValOptions | undefined {
    const { stage, place } = this.#request
    const parsed = this.#parsed
    if (!parsed) return undefined
    const opt = optOf({ flags: scriptFlags(this.#request), parsed })
    try {
      return stage === 'val'
        ? valOptions(opt)
        : trainOptions(opt, releaseFor(place.detection.release))
    } catch (error) {
      if (engine === 'builtin') this.#found.push(findingOf(asSlimError(error), 'more'))
      return undefined
    }
  }

  async #outlook(
    options: TrainOptions,
    images: number,
    weights: string | undefined,
  ): Promise<void> {
    const parsed = this.#parsed
    const { stage, place, facts } = this.#request
    if (!parsed) return
    const sparsity = await this.#trying('more', async () => sparsityOf(firstStage(stage), parsed))
    if (!sparsity) return
    const hyp = await this.#trying('hyp', () => this.#hyp(parsed))
    if (!hyp) return
    const gammas =
      weights === undefined ? undefined : await facts.gammas(weights).catch(() => undefined)
    const release = releaseFor(place.detection.release)
    this.#found.push(...sparsityOutlook({ release, options, hyp, images, sparsity, gammas }))
  }

  async #hyp({ script }: ParsedFlags): Promise<Hyp> {
    const { place } = this.#request
    const { root, detection } = place
    const release = releaseFor(detection.release)
    const name = flagValue(script, 'hyp') ?? flagDefault(scriptFlags(this.#request), 'hyp') ?? ''
    if (name === '') return defaultHyp(release)
    return readHyp((await hypFile(name, { cwd: root, root }, detection)).path, release)
  }

  #folder(name: string): void {
    const { stage, place } = this.#request
    const parsed = this.#parsed
    if (name === '' || !parsed || parsed.script.has('exist_ok')) return
    const fallback = stage === 'val' ? 'runs/val' : 'runs/train'
    const project =
      flagValue(parsed.script, 'project') ??
      flagDefault(scriptFlags(this.#request), 'project') ??
      fallback
    if (!existsSync(resolve(place.root, project, name))) return
    this.#say(
      'name',
      'form/name',
      l10n.t('{0} is there already: the new run gets a number.', name),
      'information',
    )
  }

  #say(
    field: string,
    code: string,
    text: string,
    severity: FieldFinding['severity'] = 'error',
  ): void {
    this.#found.push({ field, code, text, severity })
  }

  #tried(field: string, check: () => void): void {
    try {
      check()
    } catch (error) {
      this.#found.push(findingOf(asSlimError(error), field))
    }
  }

  async #trying<T>(field: string, read: () => Promise<T>): Promise<T | undefined> {
    try {
      return await read()
    } catch (error) {
      this.#found.push(findingOf(asSlimError(error), field))
      return undefined
    }
  }
}
