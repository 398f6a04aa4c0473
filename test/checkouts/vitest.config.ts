import { defineConfig } from 'vitest/config'

/** Tests on the real YOLOv5 checkouts that `YOLOV5_CHECKOUTS` names. They train for real: minutes, not seconds. */
export default defineConfig({
  test: {
    env: { YOLOV5_SLIM_LANGUAGE: 'en' },
    setupFiles: ['test/support/ownQueue.ts'],
    include: ['test/checkouts/**/*.test.ts'],
    testTimeout: 1_800_000,
    hookTimeout: 1_800_000,
    fileParallelism: false,
  },
})
