import { describe, expect, it } from 'vitest'
import { scanFlags } from './argparse'

describe('scanFlags', () => {
  it('reads every spelling, and names the attribute after the first long one', () => {
    const [flag] = scanFlags(
      "parser.add_argument('--imgsz', '--img', '--img-size', type=int, default=640, help='pixels')",
    )
    expect(flag).toEqual({
      names: ['--imgsz', '--img', '--img-size'],
      dest: 'imgsz',
      arity: 'one',
      type: 'int',
      default: '640',
      help: 'pixels',
    })
  })

  it('tells the arities apart', () => {
    const flags = scanFlags(`
      p.add_argument('--st', action='store_true')
      p.add_argument('--resume', nargs='?', const=True, default=False)
      p.add_argument("--freeze", nargs="+", type=int, default=[0])
      p.add_argument('-n', type=float)
    `)
    expect(flags.map(({ dest, arity, type }) => [dest, arity, type])).toEqual([
      ['st', 'none', 'flag'],
      ['resume', 'optional', 'string'],
      ['freeze', 'many', 'int'],
      ['n', 'one', 'float'],
    ])
  })

  it('reads calls over several lines, with comments, brackets and commas in strings', () => {
    const flags = scanFlags(`
group.add_argument(
    "--population",  # where, and "what"
    type=str,
    default=ROOT / "data/hyps",
    help="load (from) a, b " "and c 50%%",
    dest='where',
)
`)
    expect(flags).toEqual([
      {
        names: ['--population'],
        dest: 'where',
        arity: 'one',
        type: 'string',
        default: 'ROOT / "data/hyps"',
        help: 'load (from) a, b and c 50%',
      },
    ])
  })

  it('keeps choices, whatever their type', () => {
    const flags = scanFlags(`
      p.add_argument('--optimizer', choices=['SGD', 'Adam'], default='SGD')
      p.add_argument('--bits', type=int, choices=(8, 16))
    `)
    expect(flags.map(({ choices }) => choices)).toEqual([
      ['SGD', 'Adam'],
      ['8', '16'],
    ])
  })

  it.each([
    'range(1, 10)',
    'NAMES',
    "sorted(['a', 'b'])",
    "['a', *MORE]",
    "['a'] + MORE",
    '[SGD, ADAM]',
    "{'a': 1}",
  ])('knows nothing of choices that are computed: %s', (choices) => {
    expect(scanFlags(`p.add_argument('--bits', choices=${choices})`)[0]).not.toHaveProperty(
      'choices',
    )
  })

  it('leaves out positional arguments and what is commented out or quoted', () => {
    const flags = scanFlags(`
# p.add_argument('--old')
"""p.add_argument('--documented')"""
p.add_argument('source')
p.add_argument('--real')
`)
    expect(flags.map(({ dest }) => dest)).toEqual(['real'])
  })
})
