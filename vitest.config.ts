import { defaultServerConditions } from 'vite'
import { defineConfig } from 'vitest/config'

// Without 'module': what is not ours is resolved as Node itself resolves it.
const conditions = ['@furlong/source', ...defaultServerConditions.filter((name) => name !== 'module')]

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: [
      'packages/*/src/**/*.test.ts',
      'demo/**/*.test.ts',
      'examples/**/*.test.ts',
      'conform/**/*.test.ts',
      'prove/**/*.test.ts',
      'docs/**/*.test.ts',
      'site/**/*.test.ts',
    ],
    // Nothing here takes long; a machine that does much else is no failure.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 30_000 } },
    maxWorkers: 2,
    // To load everything again for each file took a quarter of the time. A file leaves nothing behind: what it changes of its
    // process, it changes by `vi.stubEnv()` and `vi.stubGlobal()`, or takes back.
    isolate: false,
    unstubEnvs: true,
    unstubGlobals: true,
  },
})
