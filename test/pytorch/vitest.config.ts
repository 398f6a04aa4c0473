import { defineConfig } from 'vitest/config'

/** Tests that train for real, on the stand-in repositories, with the Python that YOLOV5_SLIM_PYTHON names. */
export default defineConfig({
  test: {
    env: { YOLOV5_SLIM_LANGUAGE: 'en' },
    setupFiles: ['test/support/ownQueue.ts'],
    include: ['test/pytorch/**/*.test.ts'],
    testTimeout: 240_000,
    hookTimeout: 240_000,
    fileParallelism: false,
  },
})
