import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    name: 'electron',
    include: ['test/e2e/electron/*.test.ts'],
    // A first run downloads VS Code.
    testTimeout: 600_000,
    hookTimeout: 600_000,
  },
})
