// Before npm packs: the bundles alone. What they load at run time npm installs with the package.
import { join } from 'node:path'
import { writeNotices } from './notices.mjs'
import { run } from './run.mjs'

process.chdir(join(import.meta.dirname, '..'))
run(process.execPath, ['esbuild.config.mjs', '--production'])
await writeNotices()
