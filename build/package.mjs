// `npm run package`: the VSIX that runs anywhere. `-- --target linux-x64` makes the one for a platform, `-- --all` all
// of them, `--out FILE` says where one goes. `--base-url URL` is where the README's pictures and pages can be fetched: the
// Marketplace and VS Code show no others.
import { readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { megabytes, problemsOf } from './checkVsix.mjs'
import { putNative } from './native.mjs'
import { writeNotices } from './notices.mjs'
import { run } from './run.mjs'
import { targets } from './targets.mjs'
import { listZip } from './zip.mjs'

process.chdir(join(import.meta.dirname, '..'))
const { values } = parseArgs({
  options: {
    target: { type: 'string', default: 'universal' },
    all: { type: 'boolean', default: false },
    out: { type: 'string' },
    'base-url': { type: 'string' },
  },
})
const wanted = values.all ? Object.keys(targets) : [values.target]
const unknown = wanted.find((target) => !Object.hasOwn(targets, target))
if (unknown !== undefined || (values.all && values.out !== undefined)) {
  console.error(
    unknown === undefined
      ? '--out names one file, and --all makes several'
      : `there is no target ${unknown}; there are: ${Object.keys(targets).join(', ')}`,
  )
  process.exit(2)
}

const { name, version } = JSON.parse(readFileSync('package.json', 'utf8'))
run(process.execPath, ['esbuild.config.mjs', '--production'])
for (const target of wanted) {
  const suffix = target === 'universal' ? '' : `-${target}`
  await pack(target, values.out ?? `${name}${suffix}-${version}.vsix`)
}

async function pack(target, file) {
  await putNative(target)
  await writeNotices()
  const args = ['--no-dependencies', '--allow-missing-repository', ...linkFlags(values['base-url'])]
  const system = target === 'universal' ? [] : ['--target', target]
  const vsce = 'node_modules/@vscode/vsce/vsce'
  run(process.execPath, [vsce, 'package', ...args, ...system, '--out', file])
  const { size } = statSync(file)
  const problems = problemsOf(await listZip(file), { target, size })
  if (problems.length > 0) {
    rmSync(file)
    console.error(`${file} is not right:\n${problems.join('\n')}`)
    process.exit(1)
  }
  console.log(`${file}: ${megabytes(size)}`)
}

function linkFlags(url) {
  return url === undefined
    ? ['--no-rewrite-relative-links']
    : ['--baseContentUrl', url, '--baseImagesUrl', url]
}
