/** Runs the suite on the installed package, in whatever runtime this is, and prints what came of it as JSON. */
import * as sigv4 from '@furlong/sigv4'
import { runSuite } from './suite.ts'
import type { Vectors } from './vectors.ts'

/**
 * Runs the suite on the package as this runtime resolves it, or as it was bundled.
 * @param vectors the data
 */
export function runHere(vectors: Vectors): ReturnType<typeof runSuite> {
  return runSuite(sigv4, vectors)
}
