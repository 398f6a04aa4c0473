import { writeFileSync } from 'node:fs'
import { tests } from './tests'

/** What a test inside the extension host came to. */
export type InsideResult = { readonly name: string; readonly error?: string }

/** A server's VS Code can not be told to run tests: there they are an extension that does its work when it is activated. */
export const activate = (): Promise<void> => runTests(process.env.YOLOV5_SLIM_INSIDE)

/** What the desktop's VS Code calls when it is started to run tests. */
export const run = (): Promise<void> => runTests(process.env.YOLOV5_SLIM_INSIDE_DESKTOP)

/** Runs every test in the extension host, where VS Code's own API is, and writes what came of them to a file. */
async function runTests(file: string | undefined): Promise<void> {
  if (!file) return
  const results: InsideResult[] = []
  for (const [name, test] of Object.entries(tests)) {
    try {
      await test()
      results.push({ name })
    } catch (error) {
      results.push({
        name,
        error: error instanceof Error ? (error.stack ?? error.message) : String(error),
      })
    }
  }
  writeFileSync(file, JSON.stringify(results))
}
