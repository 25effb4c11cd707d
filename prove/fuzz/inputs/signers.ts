/** What the package signs: accepted by its own verify, right by the reference, and every change of it refused. */
import * as sigv4 from '@furlong/sigv4'
import { fuzzAll } from '../../../conform/fuzz/fuzz.ts'
import { broken, type FuzzInput } from '../input.ts'

/** `npm run conform -- fuzz`, without the other signers. */
export const signing: FuzzInput = {
  says: 'requests into sign, presign and verify, against the reference; `npm run conform -- fuzz` adds four other signers',
  open: (seed) =>
    Promise.resolve({
      check: async (_, index) => {
        const report = await fuzzAll(sigv4, { seed, from: index, cases: 1, oracles: [], mostFailures: 1 })
        const [failure] = report.failures
        if (failure !== undefined) broken(`${failure.what}: ${failure.detail}`, failure.fuzz)
        return 'agreed'
      },
    }),
}
