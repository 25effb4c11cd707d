import type { Check, CheckGroup, Sigv4, SuiteRow } from './check.ts'
import { forgeries, malformedDates } from './forgeries.ts'
import { functionUrls } from './function-urls.ts'
import { official } from './official.ts'
import { pythonSigners } from './python-signers.ts'
import type { Vectors } from './vectors.ts'

/**
 * Runs the conformance suite. It needs nothing of its runtime but WebCrypto, which hashes for the reference.
 * @param sigv4 the package, as resolved by the runtime
 * @param vectors the data; without AWS's own suite its rows are missing
 * @returns one row a group, in a fixed order
 */
export async function runSuite(sigv4: Sigv4, vectors: Vectors): Promise<SuiteRow[]> {
  const groups = [
    ...official(sigv4, vectors.official?.cases ?? []),
    ...functionUrls(sigv4, vectors.functionUrls),
    ...pythonSigners(sigv4, vectors.pythonSigners),
    forgeries(sigv4),
    malformedDates(sigv4),
  ]
  const rows: SuiteRow[] = []
  for (const group of groups) {
    if (group.checks.length > 0) rows.push(await runGroup(group))
  }
  return rows
}

async function runGroup({ name, checks }: CheckGroup): Promise<SuiteRow> {
  const failed: { check: string; detail: string }[] = []
  for (const [check, run] of checks) {
    const detail = await tryCheck(run)
    if (detail !== undefined) failed.push({ check, detail })
  }
  return { name, passed: checks.length - failed.length, failed }
}

async function tryCheck(run: Check[1]): Promise<string | undefined> {
  try {
    return await run()
  } catch (error) {
    return `threw ${String(error)}`
  }
}
