import { defineConfig } from 'vitest/config'

/** One file after another: figures of latency and memory are of one fault alone. */
export default defineConfig({
  // What of the extension is tested here meets an editor that records what it is asked.
  resolve: { alias: { vscode: `${import.meta.dirname}/support/editor.ts` } },
  test: {
    name: 'faults',
    include: ['test/faults/**/*.test.ts'],
    globalSetup: ['test/faults/support/setup.ts'],
    setupFiles: ['test/support/ownQueue.ts', 'test/faults/support/lifeline.ts'],
    testTimeout: 300_000,
    hookTimeout: 120_000,
    fileParallelism: false,
    pool: 'forks',
    // Memory counts once the garbage is gone.
    execArgv: ['--expose-gc'],
  },
})
