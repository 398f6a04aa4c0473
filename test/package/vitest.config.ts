import { join } from 'node:path'
import { defineConfig } from 'vitest/config'

const universal = process.env.PACKAGE_UNIVERSAL_FOLDER ?? ''

export default defineConfig({
  test: {
    // npm's registry and training on busy cores.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    projects: [
      {
        extends: true,
        test: { name: 'package', include: ['test/package/**/*.test.ts'] },
      },
      {
        extends: true,
        // Golden images once more, decoded by the WebAssembly build that the universal package has.
        resolve: {
          alias: { sharp: join(universal, 'dist/node_modules/sharp/dist/index.cjs') },
        },
        test: { name: 'images', include: ['src/engines/builtin/data/decode.test.ts'] },
      },
    ],
  },
})
