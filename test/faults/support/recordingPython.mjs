#!/usr/bin/env node
// Stands in for a Python interpreter, and writes down every start of it.
import { appendFileSync } from 'node:fs'

appendFileSync(process.env.STARTS ?? '', `${JSON.stringify(process.argv.slice(2))}\n`)
process.exitCode = 1
