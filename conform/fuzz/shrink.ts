import type { FuzzCase } from './cases.ts'

/**
 * Makes a failing case smaller: leaves out one piece after the other for as long as it still fails.
 * @param fuzz the case
 * @param stillFails tries a smaller one
 * @returns the smallest found
 */
export async function shrink(
  fuzz: FuzzCase,
  stillFails: (smaller: FuzzCase) => Promise<boolean>,
): Promise<FuzzCase> {
  for (const smaller of piecesLess(fuzz)) {
    if (await stillFails(smaller)) return shrink(smaller, stillFails)
  }
  return fuzz
}

function* piecesLess(fuzz: FuzzCase): Generator<FuzzCase> {
  for (const key of ['headers', 'pairs', 'segments'] as const) {
    for (const [index] of fuzz[key].entries()) yield { ...fuzz, [key]: fuzz[key].toSpliced(index, 1) }
  }
  if (fuzz.body !== undefined) yield { ...fuzz, body: undefined, isUnsigned: false }
  if (fuzz.sessionToken !== undefined) yield { ...fuzz, sessionToken: undefined }
  if (fuzz.method !== 'GET') yield { ...fuzz, method: 'GET' }
}
