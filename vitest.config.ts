import { defaultServerConditions } from 'vite'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

// Without 'module': what is not ours is resolved as Node itself resolves it.
const conditions = ['@furlong/source', ...defaultServerConditions.filter((name) => name !== 'module')]

/** Short as they are, these files run whole programs and browsers for long: at the end one of them would run alone. */
class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    // As vitest does it: by the time that each took before, else by its size.
    const sorted = await super.sort(files)
    const isLong = ({ moduleId }: TestSpecification): boolean =>
      !moduleId.includes('/packages/') || moduleId.endsWith('chromium.test.ts')
    return [...sorted.filter((file) => isLong(file)), ...sorted.filter((file) => !isLong(file))]
  }
}

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
    // For two cores: the long files wait for processes, sockets and timeouts much of their time.
    maxWorkers: 3,
    sequence: { sequencer: LongFirst },
    // To load everything again for each file took a quarter of the time. A file leaves nothing behind: what it changes of its
    // process, it changes by `vi.stubEnv()` and `vi.stubGlobal()`, or takes back.
    isolate: false,
    unstubEnvs: true,
    unstubGlobals: true,
  },
})
