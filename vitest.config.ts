import { defineConfig } from 'vitest/config'

/** Everything that needs nothing but Node. The other suites have their own folder under test/. */
export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'webview/**/*.test.ts', 'test/cli/**/*.test.ts'],
    globalSetup: ['test/support/build.ts'],
    testTimeout: 30_000,
  },
})
