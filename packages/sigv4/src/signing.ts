import { hmacHex } from '#sha256'
import { readUrl } from '#url'
import { formatAmzDate } from './amz-date.ts'
import { type CanonicalHeader, createCanonicalHeaderValue } from './canonical-headers.ts'
import { createCanonicalPath } from './canonical-path.ts'
import { createCanonicalQuery, joinPairs, plusIsBlank, type QueryPair, readQuery } from './canonical-query.ts'
import { createCanonicalRequest, createStringToSign } from './canonical-request.ts'
import { assertText } from './credentials.ts'
import {
  type HeaderPair,
  type SignableRequest,
  signsHeaderByDefault,
  type SignOptions,
} from './signable-request.ts'
import { getSigner, type Signer } from './signer.ts'
import type { UrlParts } from './url.ts'

/** A request on its way to a signature: checked, and in the very form that is sent. */
export interface Draft {
  readonly method: string
  readonly url: UrlParts
  /** The query as encoded pairs, in the order given: no bare `+`, no name without `=`. */
  readonly pairs: QueryPair[]
  readonly amzDate: string
  readonly signer: Signer
  /** The headers to send. */
  readonly sent: HeaderPair[]
  /** The headers to sign, with canonical values. */
  readonly signed: CanonicalHeader[]
  /** The caller's own `x-amz-content-sha256`. */
  readonly contentSha256: string | undefined
}

const token = /^[\w!#$%&'*+.^`|~-]+$/

/**
 * Reads a request and the options to sign it with.
 * @param request method, absolute URL and headers
 * @param options credentials, region, service and the time
 * @returns the draft
 * @throws TypeError when the request or an option is malformed
 */
export function createDraft(request: SignableRequest, options: SignOptions): Draft {
  const { signsHeader = signsHeaderByDefault } = options
  assertText('The method', request.method, token, 'an HTTP token such as GET')
  const url = readUrl(request.url)
  const amzDate = formatAmzDate(options.now)
  const sent: HeaderPair[] = []
  const signed: CanonicalHeader[] = []
  let host = url.host
  let contentSha256: string | undefined
  for (const [name, given] of request.headers ?? []) {
    assertText('A header name', name, token, 'an HTTP token such as Content-Type')
    const lower = name.toLowerCase()
    if (/^(?:authorization|date|x-amz-date|x-amz-security-token)$/.test(lower)) continue
    const value = readHeaderValue(name, given)
    const canonical = createCanonicalHeaderValue(value)
    if (lower === 'host') host = canonical
    else {
      sent.push([name, value])
      if (lower === 'x-amz-content-sha256') contentSha256 = canonical
      if (lower === 'x-amz-content-sha256' || signsHeader(lower)) signed.push([lower, canonical])
    }
  }
  signed.push(['host', host])
  return {
    method: request.method.toUpperCase(),
    url,
    pairs: readQuery(url.query, plusIsBlank),
    amzDate,
    signer: getSigner(options, amzDate.slice(0, 8)),
    sent,
    signed,
    contentSha256,
  }
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
 * @param headers its signed headers, sorted
 * @param signedHeaders their names, joined
 * @param payloadHash the payload hash
 * @returns the signature, and what was signed
 */
export function signDraft(
  { method, url, pairs, amzDate, signer }: Draft,
  headers: readonly CanonicalHeader[],
  signedHeaders: string,
  payloadHash: string,
): Signature {
  const path = createCanonicalPath(url.path, signer.pathRules)
  const query = createCanonicalQuery(pairs)
  const canonicalRequest = createCanonicalRequest(
    { method, path, query, headers, payloadHash },
    signedHeaders,
  )
  const stringToSign = createStringToSign(amzDate, signer.scopeText, canonicalRequest)
  return { canonicalRequest, stringToSign, signature: hmacHex(signer.key, stringToSign) }
}

/**
 * Writes the URL to send.
 * @param draft its draft
 * @returns the absolute URL, with the draft's pairs as its query
 */
export function formatUrl({ url, pairs }: Draft): string {
  return url.origin + url.path + (pairs.length === 0 ? '' : '?' + joinPairs(pairs))
}
