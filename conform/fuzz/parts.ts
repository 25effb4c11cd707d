/** The parts of a canonical request in which two signers can differ. */
export type Part = 'method' | 'path' | 'query' | 'headers' | 'signed headers' | 'payload'

/** A canonical request taken apart. */
export type Parts = Readonly<Record<Part, string>>

/** All parts, in their order. */
export const parts: readonly Part[] = ['method', 'path', 'query', 'headers', 'signed headers', 'payload']

/**
 * Takes a canonical request apart.
 * @param canonicalRequest the text
 */
export function readParts(canonicalRequest: string): Parts {
  const lines = canonicalRequest.split('\n')
  return {
    method: lines[0] ?? '',
    path: lines[1] ?? '',
    query: lines[2] ?? '',
    headers: lines.slice(3, -2).join('\n'),
    'signed headers': lines.at(-2) ?? '',
    payload: lines.at(-1) ?? '',
  }
}
