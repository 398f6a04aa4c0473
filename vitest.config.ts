import { defineConfig } from 'vitest/config'

/** Everything that needs nothing but Node. The other suites have their own folder under test/. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['src/**/*.test.ts', 'webview/**/*.test.ts'],
          testTimeout: 30_000,
          // Kernels are compiled in one, beside other suites.
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'cli',
          include: ['test/cli/**/*.test.ts'],
          globalSetup: ['test/support/build.ts'],
          // They train: seconds on idle cores, minutes on busy ones.
          testTimeout: 180_000,
        },
      },
    ],
  },
})
