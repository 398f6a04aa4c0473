import { defineConfig } from 'vitest/config'

/** What is told is compared in English, whatever the machine speaks. */
const env = { YOLOV5_SLIM_LANGUAGE: 'en' }

/** Everything that needs nothing but Node. The other suites have their own folder under test/. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          env,
          setupFiles: ['test/support/ownQueue.ts'],
          include: ['src/**/*.test.ts', 'webview/**/*.test.ts'],
          testTimeout: 30_000,
          // Kernels are compiled in one, beside other suites.
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'cli',
          env,
          setupFiles: ['test/support/ownQueue.ts'],
          include: ['test/cli/**/*.test.ts'],
          globalSetup: ['test/support/build.ts'],
          // They train: seconds on idle cores, minutes on busy ones.
          testTimeout: 180_000,
        },
      },
    ],
  },
})
