import { beforeAll, describe, expect, it } from 'vitest'
import { edited, NEW_STYLE, OLD_STYLE } from '../yolov5/testTrees'
import { checkText } from './checkFile'
import type { Clone } from './clone'
import { at, codes, fixed, plantedClone } from './testing'

let v5: Clone
let v7: Clone

beforeAll(async () => {
  const files =
    "    parser.add_argument('--batch-size')\n    parser.add_argument('--cfg')\n    parser.add_argument('--data')\n"
  const withFiles = (text: string) =>
    text.replace(/(?= {4}parser\.add_argument\('--project)/, files)
  v5 = await plantedClone(edited(OLD_STYLE, withFiles))
  v7 = await plantedClone(edited(NEW_STYLE, withFiles))
})

const check = (text: string, clone = v7, name = 'run.sh') =>
  checkText(text, at(clone, name), clone).findings
const found = (text: string, clone = v7, name = 'run.sh') => codes(check(text, clone, name))

describe('command lines of a shell script', () => {
  it.each([
    'python train.py --img 640 --weights yolov5s.pt --cos-lr --optimizer AdamW\n',
    'CUDA_VISIBLE_DEVICES=0 nohup python3 -u train.py --imgsz=640 > log.txt 2>&1 &\n',
    'python -m torch.distributed.run --nproc_per_node 2 train.py --seed 1\n',
    'python -m pip install --adam\npython -c "import test" --adam\n',
    '# python train.py --adam\necho "python train.py --adam"\n',
    'python train.py --$flag --weights $W {x}\n',
    'cd ../yolov7 && python train.py --adam\ncd /data\npython test.py\n',
    'git clone https://github.com/x/other; cd other; python test.py --adam\n',
    'python tools/convert.py --adam\n',
    'python train.py --hyp data/hyps/hyp.scratch-low.yaml --cfg yolov5s.yaml --data mine.yaml\n',
    'python train.py --hyp hyp.scratch-low.yaml --optimizer $OPT\n',
    'python train.py --help -h -1\n',
  ])('finds nothing in %j', (text) => {
    expect(found(text)).toEqual([])
    expect(found(text.replaceAll('\n', '\r\n'))).toEqual([])
  })

  it('names a script that is called otherwise, and renames it', () => {
    const text = 'python ./test.py --task val\n'
    const [finding] = check(text)
    expect(finding).toMatchObject({ code: 'command/script', severity: 'error' })
    expect(finding?.message).toContain('val.py')
    expect(finding?.fixes?.map(({ kind }) => kind)).toEqual(['edit', 'switch'])
    expect(fixed(text, finding)).toBe('python ./val.py --task val\n')
    expect(found('python val.py\n', v5)).toEqual(['command/script error'])
    expect(found('python segment/train.py\n', v5)).toEqual(['command/script error'])
  })

  it.each([
    [
      'python "/content/drive/My Drive/yolov5/test.py" --task val',
      'python "/content/drive/My Drive/yolov5/val.py" --task val',
    ],
    ['python /content/My\\ Drive/yolov5/test.py', 'python /content/My\\ Drive/yolov5/val.py'],
    ["python '/a b/yolov5'/test.py", "python '/a b/yolov5'/val.py"],
    ['python models/export.py', 'python export.py'],
    ["python '/a b/yolov5/models/export.py'", "python '/a b/yolov5/export.py'"],
  ])('leaves quotes and escapes as they are: %s', async (text, mended) => {
    const clone = await plantedClone({ ...NEW_STYLE, 'export.py': '' })
    expect(fixed(text, check(text, clone)[0])).toBe(mended)
  })

  it('renames no script that is named from within its folder', async () => {
    const clone = await plantedClone({ ...NEW_STYLE, 'export.py': '' })
    const [finding] = check('cd models\npython export.py\n', clone)
    expect(finding?.fixes).toMatchObject([{ kind: 'switch', release: 'v5.0' }])
  })

  it.each([
    ['train.py --patience 3', 'v6.0'],
    ['train.py --freeze 10', 'v6.0'],
    ['train.py --seed=1', 'v6.2'],
    ['train.py --optimizer AdamW', 'v6.1'],
    ['train.py --cos-lr', 'v6.1'],
    ['detect.py --max-det 5', 'v6.0'],
    ['detect.py --vid-str 2', 'v7.0'],
    ['test.py --max-det 5', 'v7.0'],
  ])('knows which release has the flag of %s', async (line, release) => {
    const clone = await plantedClone({
      ...OLD_STYLE,
      'detect.py': "parser.add_argument('--source')\n",
    })
    const [finding] = check(`python ${line}\n`, clone)
    expect(finding?.code).toBe('command/flag')
    expect(finding?.fixes?.at(-1)).toMatchObject({ kind: 'switch', release })
  })

  it('knows scripts with a parser for each subcommand', async () => {
    const parsers = `
a.add_argument('--weights', nargs='+')
a.add_argument('--bits', type=int, choices=range(1, 10))
b.add_argument('--weights', choices=['x', 'y'])
b.add_argument('--workers', type=int, choices=[1, 2])
`
    const clone = await plantedClone({ ...NEW_STYLE, 'tool.py': parsers })
    const of = (args: string) => codes(check(`python tool.py ${args}\n`, clone))
    expect(of('--weights a.pt b.pt --bits 5')).toEqual([])
    expect(of('--we a.pt')).toEqual([])
    expect(of('--w 3')).toEqual(['command/flag error'])
    expect(of('--workers 3')).toEqual(['command/choice error'])
  })

  it('follows cd into the clone', () => {
    expect(found('cd yolov5\npython test.py\n')).toEqual(['command/script error'])
    expect(found('cd "$(dirname "$0")"\npython test.py\n')).toEqual(['command/script error'])
    expect(found('python /content/yolov5/test.py\n')).toEqual(['command/script error'])
    expect(found('cd utils\npython test.py\n')).toEqual([])
  })

  it('knows the flags of each release', () => {
    const text = 'python train.py --adam --img 640\n'
    const [finding] = check(text)
    expect(finding).toMatchObject({ code: 'command/flag', severity: 'error' })
    expect(fixed(text, finding)).toBe('python train.py --optimizer Adam --img 640\n')
    expect(found(text, v5)).toEqual([])
    const linear = 'python train.py --linear-lr\n'
    expect(fixed(linear, check(linear)[0])).toBe('python train.py \n')
    const short = 'python train.py --linear\n'
    expect(fixed(short, check(short)[0])).toBe('python train.py \n')
    const typo = 'python train.py --patiense=3\n'
    expect(fixed(typo, check(typo)[0])).toBe('python train.py --patience=3\n')
    expect(found('python train.py --cos-lr --seed 1\n', v5)).toHaveLength(2)
    expect(found('python train.py --p 3\n')).toEqual(['command/flag error'])
  })

  it('says what another release says with a flag and its value', () => {
    const adam = 'python train.py --optimizer Adam --img 64\n'
    expect(fixed(adam, check(adam, v5)[0])).toBe('python train.py --adam --img 64\n')
    const joined = 'python train.py --optimizer=Adam\n'
    expect(fixed(joined, check(joined, v5)[0])).toBe('python train.py --adam\n')
    const sgd = 'python train.py --optimizer SGD\n'
    expect(fixed(sgd, check(sgd, v5)[0])).toBe('python train.py \n')
    for (const text of ['--optimizer AdamW\n', '--optimizer \\\n  Adam\n']) {
      const [finding] = check(`python train.py ${text}`, v5)
      expect(finding?.fixes).toMatchObject([{ kind: 'switch', release: 'v6.1' }])
    }
    const cosine = 'python train.py --cos-lr\n'
    expect(fixed(cosine, check(cosine, v5)[0])).toBe('python train.py \n')
  })

  it('says of no flag that it is the default where it is not', () => {
    for (const text of ['python val.py --linear-lr\n', 'python val.py --cos-lr\n']) {
      const [finding] = check(text)
      expect(finding?.message).toMatch(/has no flag --\S+\.$/)
      expect(finding).not.toHaveProperty('fixes')
    }
  })

  it('guesses only what no release has, and marks guesses as such', () => {
    const typo = 'python train.py --optimiser Adam --batch_size 3\n'
    const [guess, sure] = check(typo)
    expect(guess).toMatchObject({ suggestion: '--optimizer' })
    expect(guess?.fixes?.[0]).not.toHaveProperty('safe')
    expect(sure?.fixes?.[0]).toMatchObject({ safe: true })
    for (const flag of ['--rect', '--save-crop', '--resume', '--merge']) {
      expect(check(`python val.py ${flag}\n`)[0]).not.toHaveProperty('suggestion')
    }
    expect(check('python val.py --tasks\n')[0]?.suggestion).toBe('--task')
    expect(check('python train.py --optimizer AdamV\n')[0]?.fixes?.[0]).not.toHaveProperty('safe')
  })

  it('knows choices', () => {
    const text = 'python train.py --optimizer adam\n'
    expect(fixed(text, check(text)[0])).toBe('python train.py --optimizer Adam\n')
    expect(found('python train.py --optimizer=Lion\n')).toEqual(['command/choice error'])
  })

  it('knows which release chooses the batch size', () => {
    for (const text of ['--batch-size -1', '--batch=-1']) {
      const [finding] = check(`python train.py ${text}\n`, v5)
      expect(finding).toMatchObject({ code: 'command/choice', severity: 'warning' })
      expect(finding?.fixes).toMatchObject([{ kind: 'switch', release: 'v6.1' }])
      expect(check(`python train.py ${text}\n`)).toEqual([])
    }
    expect(check('python train.py --batch-size 16\n', v5)).toEqual([])
  })

  it('knows where stock files are', () => {
    const text = 'python train.py --hyp data/hyp.scratch.yaml\n'
    const [finding] = check(text)
    expect(finding).toMatchObject({ code: 'command/stock-file', severity: 'warning' })
    expect(fixed(text, finding)).toBe('python train.py --hyp data/hyps/hyp.scratch-low.yaml\n')
    expect(found(text, v5)).toEqual([])
    const quoted = 'python train.py --hyp "data/hyp.scratch.yaml"\n'
    expect(fixed(quoted, check(quoted)[0])).toBe(
      'python train.py --hyp data/hyps/hyp.scratch-low.yaml\n',
    )
    // The quotes are not the value's alone.
    for (const word of ['--hyp="data/hyp.scratch.yaml"', '"--hyp=data/hyp.scratch.yaml"']) {
      const [inside] = check(`python train.py ${word}\n`)
      expect(inside?.code).toBe('command/stock-file')
      expect(inside).not.toHaveProperty('fixes')
    }
    expect(found('python train.py --cfg yolov5n.yaml\n', v5)).toEqual([
      'command/stock-file warning',
    ])
  })

  it('knows which data sets other releases ship, and how they are called here', async () => {
    const clone = await plantedClone({
      ...edited(NEW_STYLE, (text) =>
        text.replace(
          /(?= {4}parser\.add_argument\('--project)/,
          "    parser.add_argument('--data')\n",
        ),
      ),
      'data/VOC.yaml': '',
      'data/Argoverse.yaml': '',
      'mine/xView.yaml': '',
    })
    const said = (data: string) => check(`python train.py --data ${data}\n`, clone)
    expect(said('voc.yaml')[0]).toMatchObject({
      code: 'command/stock-file',
      severity: 'warning',
      suggestion: 'data/VOC.yaml',
    })
    expect(said('./data/argoverse_hd.yaml')[0]?.suggestion).toBe('data/Argoverse.yaml')
    expect(said('data/coco128-seg.yaml')[0]).not.toHaveProperty('suggestion')
    expect(said('ImageNet.yaml')).toHaveLength(1)
    for (const own of [
      'VOC.yaml',
      'data/VOC.yaml',
      'xView.yaml',
      'sets/voc.yaml',
      'mine.yaml',
      '$D/voc.yaml',
      '/data/voc.yaml',
    ]) {
      expect(said(own)).toEqual([])
    }
  })

  it.each([
    'python train.py --hyp hyp.scratch-custom.yaml --cfg models/yolov5s-custom.yaml\n',
    'python train.py --cfg models/yolov5sa.yaml --data coco8.yaml\n',
    'cp models/yolov5s.yaml data/hyp.scratch.yaml\npython train.py --hyp data/hyp.scratch.yaml\n',
    'cp ~/mine/hyp.scratch.yaml data/ && python train.py --hyp data/hyp.scratch.yaml\n',
    "sed 's/80/3/' models/yolov5s.yaml > models/yolov5n.yaml\npython train.py --cfg models/yolov5n.yaml\n",
    'echo x | tee -a yolov5n.yaml\npython train.py --cfg yolov5n.yaml\n',
    'wget -O data/hyp.scratch.yaml https://x.y/z\npython train.py --hyp hyp.scratch.yaml\n',
  ])('leaves to the user what is theirs: %j', (text) => {
    expect(check(text)).toEqual([])
  })

  it('takes a file for the release’s where it is written only later, or read', () => {
    const run = 'python train.py --hyp data/hyp.scratch.yaml\n'
    for (const text of [
      `${run}cp mine.yaml data/hyp.scratch.yaml\n`,
      `cp data/hyp.scratch.yaml data/mine.yaml\n${run}`,
      `cat data/hyp.scratch.yaml > log.txt\n${run}`,
    ]) {
      expect(found(text)).toEqual(['command/stock-file warning'])
    }
    const python = "with open('hyp.scratch.yaml') as f:\n    x = f\n"
    const write = "with open('data/hyp.scratch.yaml', 'w') as f:\n    f.write(x)\n"
    expect(check(python, v7, 'a.py')).toHaveLength(1)
    expect(check(write + python, v7, 'a.py')).toEqual([])
  })

  it('runs slimming scripts that are not there with the program', () => {
    const text = 'python train_sparsity.py --st --sr 0.005\n'
    const [finding] = check(text)
    expect(finding).toMatchObject({ code: 'command/script', severity: 'warning' })
    expect(fixed(text, finding)).toBe('yolov5-slim train_sparsity.py --st --sr 0.005\n')
  })
})
