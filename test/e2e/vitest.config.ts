import { defineConfig } from 'vitest/config'

/** One window at a time: two of them would compete for the machine and for each other's timing. */
export default defineConfig({
  test: {
    name: 'e2e',
    include: ['test/e2e/*.test.ts'],
    testTimeout: 180_000,
    hookTimeout: 180_000,
    fileParallelism: false,
    retry: 0,
  },
})
