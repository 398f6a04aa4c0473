import { defineConfig } from 'vitest/config'

/** Unit tests: everything that needs nothing but Node. The other suites have their own folder under test/. */
export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'webview/**/*.test.ts', 'test/unit/**/*.test.ts'],
    testTimeout: 30_000,
  },
})
