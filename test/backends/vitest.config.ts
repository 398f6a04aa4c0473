import { defineConfig } from 'vitest/config'

/** The built-in engine's operations and golden networks on backends that were installed to be tested. */
export default defineConfig({
  test: {
    env: { YOLOV5_SLIM_LANGUAGE: 'en' },
    include: ['test/backends/**/*.test.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    fileParallelism: false,
  },
})
