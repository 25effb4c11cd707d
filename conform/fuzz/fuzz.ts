import type { Sigv4 } from '../sigv4/check.ts'
import { checkOurs, compareSignatures } from './agree.ts'
import { createCase, type FuzzCase } from './cases.ts'
import { checkEmitted } from './emitted.ts'
import type { Failure, Finding } from './findings.ts'
import { checkMutations } from './mutations.ts'
import type { Oracle } from './oracles/oracle.ts'
import { shrink } from './shrink.ts'
import { signOurs } from './signing.ts'

/** How to fuzz. */
export interface FuzzOptions {
  readonly seed: number
  /** The first case, and how many. */
  readonly from: number
  readonly cases: number
  readonly oracles: readonly Oracle[]
  /** After how many failures to stop. */
  readonly mostFailures: number
  readonly onProgress?: (done: number) => void
}

/** What a run came to. */
export interface FuzzReport {
  readonly cases: number
  /** How often each comparison agreed. */
  readonly agreed: ReadonlyMap<string, number>
  /** How often each row explained a comparison, by oracle and row. */
  readonly explained: ReadonlyMap<
    string,
    { readonly oracle: string; readonly by: Row; readonly count: number }
  >
  readonly failures: readonly Failure[]
}

type Row = (Finding & { kind: 'explained' })['by']

const mutationsPerCase = 4

/**
 * Fuzzes the package against the other signers, the reference and itself.
 * @param sigv4 the package
 * @param options seed and size
 */
export async function fuzzAll(sigv4: Sigv4, options: FuzzOptions): Promise<FuzzReport> {
  const { seed, from, cases, oracles, mostFailures } = options
  const agreed = new Map<string, number>()
  const explained = new Map<string, { oracle: string; by: Row; count: number }>()
  const failures: Failure[] = []
  let done = 0
  for (; done < cases && failures.length < mostFailures; done++) {
    const fuzz = createCase(seed, from + done)
    for (const finding of await runCase(sigv4, seed, fuzz, oracles)) {
      if (finding.kind === 'agrees') agreed.set(finding.what, (agreed.get(finding.what) ?? 0) + 1)
      else if (finding.kind === 'unexplained')
        failures.push(await shrinkFailure(sigv4, seed, fuzz, oracles, finding))
      else count(explained, finding)
    }
    if (done % 1000 === 999) options.onProgress?.(done + 1)
  }
  return { cases: done, agreed, explained, failures }
}

function count(
  explained: Map<string, { oracle: string; by: Row; count: number }>,
  { oracle, by }: Finding & { kind: 'explained' },
): void {
  const key = `${oracle} ${by.id}`
  const before = explained.get(key)
  explained.set(key, { oracle, by, count: (before?.count ?? 0) + 1 })
}

async function runCase(
  sigv4: Sigv4,
  seed: number,
  fuzz: FuzzCase,
  oracles: readonly Oracle[],
): Promise<Finding[]> {
  try {
    const ours = signOurs(sigv4, fuzz)
    const findings = checkOurs(sigv4, fuzz, ours)
    const asked = oracles.filter(({ every }) => fuzz.index % every === 0)
    const answers = await Promise.all(
      asked.flatMap((oracle) => [compareSignatures(fuzz, ours, oracle), checkEmitted(sigv4, fuzz, oracle)]),
    )
    findings.push(...answers.flat())
    return [...findings, ...checkMutations(sigv4, seed, fuzz, ours, mutationsPerCase)]
  } catch (error) {
    return [{ kind: 'unexplained', what: 'sign', detail: `threw ${String(error)}` }]
  }
}

async function shrinkFailure(
  sigv4: Sigv4,
  seed: number,
  fuzz: FuzzCase,
  oracles: readonly Oracle[],
  { what, detail }: Finding & { kind: 'unexplained' },
): Promise<Failure> {
  let smallest: Failure = { fuzz, what, detail }
  await shrink(fuzz, async (smaller) => {
    const findings = await runCase(
      sigv4,
      seed,
      smaller,
      oracles.filter(({ name }) => what.includes(name)),
    )
    const same = findings.find((finding) => finding.kind === 'unexplained' && finding.what === what)
    if (same?.kind !== 'unexplained') return false
    smallest = { fuzz: smaller, what, detail: same.detail }
    return true
  })
  return smallest
}
