import { functionBody } from '../yolov5/capabilities'
import type { Clone } from './clone'
import { signatureIn } from './pythonModules'

/** What `parse_model` of models/yolo.py asks of rows, read from its source: forks have branches of their own. */
export type ParserRules = {
  /** Modules whose `from` it goes through, which fails on a number. */
  readonly several: ReadonlySet<string>
  /** Modules whose `from` it looks up, which fails on a list. */
  readonly single: ReadonlySet<string>
  /** Heads that are the release's own. */
  readonly heads: ReadonlyMap<string, Head>
  /** Whether the model asks its yaml for the channels of images (`ch`), all the same what training says: from v4.0 on. */
  readonly yamlChannels: boolean
}

export type Head = {
  /** Parameters that come before `ch`, which `parse_model` appends. */
  readonly parameters: readonly string[]
  /** Args that give them. */
  readonly args: string
}

const STOCK_HEADS: ReadonlyMap<string, Head> = new Map([
  ['Detect', { parameters: ['nc', 'anchors'], args: '[nc, anchors]' }],
  ['Segment', { parameters: ['nc', 'anchors', 'nm', 'npr'], args: '[nc, anchors, 32, 256]' }],
])

/** The modules of the branches of `parse_model` that begin with a statement like `first`. */
function modulesWith(parser: string, first: string): ReadonlySet<string> {
  const branch = new RegExp(`\\bm (?:is|in) ([^:]+):\\s*${first}`, 'g')
  return new Set([...parser.matchAll(branch)].flatMap(([, names]) => names?.match(/[\w.]+/g) ?? []))
}

function isStock(head: string, { parameters }: Head, clone: Clone): boolean {
  const signature = signatureIn(clone, 'models.yolo', head)?.positional ?? []
  return [...parameters, 'ch'].every((name, at) => signature[at] === name)
}

/** Empty where the source doesn't have the form. */
export function parserRules(clone: Clone): ParserRules {
  const yolo = clone.code('models/yolo.py')
  const parser = functionBody(yolo, 'parse_model')
  const several = modulesWith(parser, '[^\\n]*\\bfor x in f\\b')
  // Without anchors the channels take their place, whose first then has no length.
  const needsAnchors = /\bself\.na = len\(anchors\[0\]\)/.test(yolo)
  const heads = [...STOCK_HEADS].filter(
    ([name, head]) => needsAnchors && several.has(name) && isStock(name, head, clone),
  )
  return {
    several,
    single: modulesWith(parser, 'c1, c2 = ch\\[f\\]'),
    heads: new Map(heads),
    yamlChannels: /\byaml\.get\(\s*["']ch["']/.test(yolo),
  }
}
