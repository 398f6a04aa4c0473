// `npm run audit`: whether anything that ships has a known vulnerability. What is bundled ships too, although npm counts
// it among the development dependencies. Where the registry answers no audits, it says so and ends with 0.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { findingsFor, shippedFolders } from './findings.mjs'
import { run } from './run.mjs'

process.chdir(join(import.meta.dirname, '..'))
run(process.execPath, ['esbuild.config.mjs', '--production'])
const { stdout } = spawnSync('npm', ['audit', '--json'], {
  encoding: 'utf8',
  shell: process.platform === 'win32',
  maxBuffer: 64 << 20,
})
const report = parsed(stdout)
if (!report.vulnerabilities) {
  console.log(
    `audit: SKIPPED, needs a registry that answers audits: ${report.message ?? 'no answer'}`,
  )
  process.exit(0)
}
const lock = JSON.parse(readFileSync('package-lock.json', 'utf8'))
const bundled = JSON.parse(readFileSync('dist/bundled.json', 'utf8'))
const shipped = shippedFolders(lock, bundled)
const findings = findingsFor(report, shipped)
for (const finding of findings) console.log(finding)
console.log(`audit: ${findings.length} findings in the ${shipped.size} packages that ship`)
process.exit(findings.length > 0 ? 1 : 0)

function parsed(text) {
  try {
    return JSON.parse(text)
  } catch {
    return {}
  }
}
