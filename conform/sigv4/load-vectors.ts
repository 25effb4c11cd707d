import { existsSync, readFileSync } from 'node:fs'
import type { Vectors } from './vectors.ts'

const own = new URL('../../packages/sigv4/vectors/', import.meta.url)
const official = new URL('../../../shared/vectors/sigv4/official-suite.json', import.meta.url)

/** What to say when AWS's suite is not here. It is third-party data and no part of this project. */
export const officialIsAbsent =
  'AWS’s official suite is not here: put official-suite.json into ../shared/vectors/sigv4/ beside the checkout to run it'

/**
 * Reads the vector files.
 * @returns the vectors; without `official` where AWS's suite does not lie beside the checkout
 */
export function loadVectors(): Vectors {
  return {
    ...(existsSync(official) ? { official: read(official) as Exclude<Vectors['official'], undefined> } : {}),
    functionUrls: read(new URL('function-url-cases.json', own)) as Vectors['functionUrls'],
    pythonSigners: read(new URL('python-signers.json', own)) as Vectors['pythonSigners'],
  }
}

function read(url: URL): unknown {
  return JSON.parse(readFileSync(url, 'utf8'))
}
