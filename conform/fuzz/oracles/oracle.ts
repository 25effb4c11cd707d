import type { Pair } from '../cases.ts'

/** What another signer is given. */
export interface OracleRequest {
  readonly method: string
  readonly url: string
  readonly headers: readonly Pair[]
  readonly body: Uint8Array | undefined
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken: string | undefined
  readonly region: string
  readonly service: string
  readonly amzDate: string
  readonly expiresInSeconds: number | undefined
  /** Whether it has to sign these very headers, and no others but host; else it does as it does by default. */
  readonly signsAll: boolean
}

/** What another signer made of it, and puts on the wire. */
export interface OracleAnswer {
  readonly canonicalRequest: string
  readonly signature: string
  readonly target: string
  readonly headers: readonly Pair[]
}

/** Another signer. */
export interface Oracle {
  readonly name: string
  /** How many cases of a run it takes: one in so many. */
  readonly every: number
  /** @throws when the signer does */
  readonly sign: (request: OracleRequest) => Promise<OracleAnswer>
  /** Ends what it started. */
  readonly close?: () => Promise<void>
}

/**
 * Merges repeated headers, for signers that take a value a name.
 * @param headers the headers
 * @returns names as first written, values joined by a comma
 */
export function mergeHeaders(headers: readonly Pair[]): Record<string, string> {
  const names = new Map<string, string>()
  const merged: Record<string, string> = {}
  for (const [name, value] of headers) {
    const lower = name.toLowerCase()
    const written = names.get(lower)
    if (written === undefined) {
      names.set(lower, name)
      merged[name] = value
    } else {
      merged[written] = `${(merged[written] ?? '').trim()},${value.trim()}`
    }
  }
  return merged
}

/**
 * Takes the target of a URL text, as a client does that sends it as it stands.
 * @param url the text
 * @returns the path and query; those of a WHATWG parser where the text cannot go on the wire
 */
export function targetOf(url: string): string {
  const parsed = new URL(url)
  const text = url.replace(/^https?:\/\/[^/?#]*/, '').replace(/#.*/, '')
  return /^\/[!-~]*$/.test(text) ? text : parsed.pathname + parsed.search
}
