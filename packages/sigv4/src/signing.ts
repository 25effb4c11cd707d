import { hmacHex, sha256Hex } from '#sha256'
import { readHeaderName, readMethod } from '#shortcuts'
import { readUrl } from '#url'
import { formatAmzDate } from './amz-date.ts'
import { type CanonicalHeader, createCanonicalHeaderValue } from './canonical-headers.ts'
import { createCanonicalPath } from './canonical-path.ts'
import { createCanonicalRequest, createStringHead } from './canonical-request.ts'
import type { HeaderPair, SignableRequest, SignOptions } from './signable-request.ts'
import { getSigner, type Signer } from './signer.ts'
import type { UrlParts } from './url.ts'

/** A request on its way to a signature: checked, and in the very form that is sent. */
export interface Draft {
  readonly method: string
  readonly url: UrlParts
  readonly amzDate: string
  readonly signer: Signer
  /** The headers to send. */
  readonly sent: HeaderPair[]
  /** The headers to sign, with canonical values. */
  readonly signed: CanonicalHeader[]
  /** The caller's own `x-amz-content-sha256`. */
  readonly contentSha256: string | undefined
}

/**
 * Reads a request and the options to sign it with.
 * @param request method, absolute URL and headers
 * @param options credentials, region, service and the time
 * @returns the draft
 * @throws TypeError when the request or an option is malformed
 */
export function createDraft(request: SignableRequest, options: SignOptions): Draft {
  const url = readUrl(request.url)
  const amzDate = formatAmzDate(options.now)
  const sent: HeaderPair[] = []
  const signed: CanonicalHeader[] = []
  const headers = joinRepeats(request.headers)
  const given = readHeaders(headers, options.signsHeader, sent, signed)
  signed.push(['host', given.host ?? url.host])
  return {
    method: readMethod(request.method),
    url,
    amzDate,
    signer: getSigner(options, amzDate.slice(0, 8)),
    sent,
    signed,
    contentSha256: given.contentSha256,
  }
}

// Clients join repeats with `,` or `, `, and cookies with `; `, or send them one by one: as one, all agree.
function joinRepeats(headers: Iterable<HeaderPair> = []): Iterable<HeaderPair> {
  const pairs = Array.isArray(headers) ? (headers as readonly HeaderPair[]) : [...headers]
  if (pairs.length < 2) return pairs
  const joined = new Map<string, HeaderPair[]>()
  for (const pair of pairs) {
    const { lower } = readHeaderName(pair[0])
    const before = joined.get(lower)
    if (before) before.push(pair)
    else joined.set(lower, [pair])
  }
  if (joined.size === pairs.length) return pairs
  return Array.from(joined, ([lower, repeats]) => [repeats[0]?.[0] ?? '', joinValues(lower, repeats)])
}

function joinValues(lower: string, repeats: readonly HeaderPair[]): string {
  const [first] = repeats
  if (first && repeats.length === 1) return first[1]
  const values = repeats.map(([name, value]) => createCanonicalHeaderValue(readHeaderValue(name, value)))
  return values.join(lower === 'cookie' ? '; ' : ',')
}

interface GivenHeaders {
  host?: string
  contentSha256?: string
}

/** Sorts the headers given into those to send and those to sign, and returns the values that a signer has to know. */
function readHeaders(
  headers: Iterable<HeaderPair>,
  signsHeader: SignOptions['signsHeader'],
  sent: HeaderPair[],
  signed: CanonicalHeader[],
): GivenHeaders {
  const given: GivenHeaders = {}
  for (const [name, value] of headers) {
    const { lower, isReplaced, isSignedByDefault } = readHeaderName(name)
    if (isReplaced) continue
    const text = readHeaderValue(name, value)
    const canonical = createCanonicalHeaderValue(text)
    if (lower === 'host') {
      given.host = canonical
      continue
    }
    sent.push([name, text])
    if (lower === 'x-amz-content-sha256') given.contentSha256 = canonical
    else if (!(signsHeader?.(lower) ?? isSignedByDefault)) continue
    signed.push([lower, canonical])
  }
  return given
}

/** What a draft was signed to. */
export interface Signature {
  readonly canonicalRequest: string
  readonly stringToSign: string
  /** 64 lower-case hexadecimal digits. */
  readonly signature: string
}

// Signers that use `\s` take a no-break space for a blank, others do not. Sent as a blank, all agree.
function readHeaderValue(name: string, value: string): string {
  const sent = /[^ -~]/.test(value) ? value.replace(/\r?\n(?=[ \t])|[^\S \t\r\n]+/g, ' ') : value
  if (typeof value !== 'string' || /[\0\r\n]/.test(sent)) {
    throw new TypeError(`The header ${name} must be a text without line breaks and NULs`)
  }
  return sent
}

/**
 * Signs a draft.
 * @param draft the draft
 * @param query its canonical query
 * @param headers its signed headers, sorted
 * @param signedHeaders their names, joined
 * @param payloadHash the payload hash
 * @returns the signature, and what was signed
 */
export function signDraft(
  { method, url, amzDate, signer }: Draft,
  query: string,
  headers: readonly CanonicalHeader[],
  signedHeaders: string,
  payloadHash: string,
): Signature {
  const path = createCanonicalPath(url.path, signer.pathRules)
  const canonicalRequest = createCanonicalRequest(
    { method, path, query, headers, payloadHash },
    signedHeaders,
  )
  const head = createStringHead(amzDate, signer.key.scopeText)
  const digest = sha256Hex(canonicalRequest)
  return { canonicalRequest, stringToSign: head + digest, signature: hmacHex(signer.key.hmac, head, digest) }
}

/**
 * Writes the URL to send.
 * @param url its parts
 * @param query the query to send, without its `?`
 * @returns the absolute URL
 */
export function formatUrl({ origin, path }: UrlParts, query: string): string {
  return origin + path + (query && '?' + query)
}
