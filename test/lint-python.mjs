// Lints and checks the format of the Python runner with ruff (its WebAssembly build, so that no Python is
// needed), by the configuration in pyproject.toml; then its types with mypy where that is installed.
// `--fix` formats instead of complaining.
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { PositionEncoding, Workspace } from '@astral-sh/ruff-wasm-nodejs'

const folders = ['src/engines/pytorch/runner', 'test']

/** The `[tool.ruff]` tables of pyproject.toml; its values are strings, numbers and lists of strings. */
function ruffOptions() {
  const options = {}
  let table
  for (const line of readFileSync('pyproject.toml', 'utf8').split('\n')) {
    const header = line.match(/^\[(.+)\]\s*$/)
    if (header) {
      const path = header[1].split('.')
      table = path[0] === 'tool' && path[1] === 'ruff' ? path.slice(2) : undefined
      continue
    }
    const pair = line.match(/^([\w-]+)\s*=\s*(.+)$/)
    if (!table || !pair) continue
    let target = options
    for (const key of table) target = target[key] ??= {}
    target[pair[1]] = JSON.parse(pair[2].replace(/'/g, '"').replace(/,\s*\]/, ']'))
  }
  return options
}

const workspace = new Workspace(ruffOptions(), PositionEncoding.Utf16)
let problems = 0
const files = folders.flatMap((folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.py'))
    .map((entry) => join(entry.parentPath, entry.name)),
)
for (const file of files) {
  const text = readFileSync(file, 'utf8')
  for (const { code, message, start_location: at } of workspace.check(text)) {
    console.error(`${file}:${at.row}:${at.column} ${code} ${message}`)
    problems++
  }
  const formatted = workspace.format(text)
  if (formatted !== text && process.argv.includes('--fix')) {
    writeFileSync(file, formatted)
  } else if (formatted !== text) {
    console.error(`${file}: not formatted; "node test/lint-python.mjs --fix" does it`)
    problems++
  }
}
console.log(`ruff: ${files.length} files, ${problems} problems`)
const mypy = spawnSync('mypy', ['src/engines/pytorch/runner'], { encoding: 'utf8' })
if (mypy.error) console.log('mypy: SKIPPED, not installed')
else {
  process.stdout.write(`mypy: ${mypy.stdout}${mypy.stderr}`)
  if (mypy.status !== 0) problems++
}
process.exit(problems > 0 ? 1 : 0)
