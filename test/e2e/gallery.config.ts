import { defineConfig } from 'vitest/config'

/** The pictures of `media/screenshots`: `npm run gallery`. */
export default defineConfig({
  test: { name: 'gallery', include: ['test/e2e/gallery.ts'], testTimeout: 900_000 },
})
