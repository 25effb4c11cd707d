import { createHash } from 'node:crypto'
import type { RawRequest, SignableRequest, SignOptions, VerifyOptions } from '@furlong/sigv4'
import { canonicalRequest, type Reading, toWire } from '../sigv4/reference.ts'
import { dateOf, lookupOf } from '../sigv4/requests.ts'
import type { Sigv4 } from '../sigv4/check.ts'
import { type FuzzCase, type Pair, urlOf } from './cases.ts'

/** A request as it leaves a client, its headers still as text. */
export interface Sent {
  readonly method: string
  readonly host: string
  readonly target: string
  readonly headers: readonly Pair[]
  readonly body: Uint8Array
}

/** A request that the package signed. */
export interface Ours {
  readonly sent: Sent
  readonly url: string
  readonly canonicalRequest: string
  readonly signature: string
  readonly signedHeaders: readonly string[]
}

/**
 * Signs a case with the package.
 * @param sigv4 the package
 * @param fuzz the case
 */
export function signOurs(sigv4: Sigv4, fuzz: FuzzCase): Ours {
  const { method, body, isUnsigned, expiresInSeconds } = fuzz
  const request: SignableRequest = {
    method,
    url: urlOf(fuzz),
    headers: fuzz.headers,
    ...(body === undefined ? {} : { body }),
    ...(isUnsigned ? { payloadHash: 'UNSIGNED-PAYLOAD' } : {}),
  }
  const options = signingOf(fuzz)
  if (expiresInSeconds === undefined) {
    const signed = sigv4.sign(request, options)
    return readOurs(fuzz, signed.method, signed.url, signed.headers, signed.canonicalRequest)
  }
  const signed = sigv4.presign(request, { ...options, expiresInSeconds })
  // What was given is signed as well and has to be sent; folded lines and wide blanks leave as blanks.
  const headers = fuzz.headers.map(([name, value]) => [name, value.replaceAll(/\s+/g, ' ')] as const)
  return readOurs(fuzz, signed.method, signed.url, headers, signed.canonicalRequest)
}

function readOurs(fuzz: FuzzCase, method: string, url: string, headers: readonly Pair[], text: string): Ours {
  const { host, pathname, search, searchParams, href } = new URL(url)
  if (href !== url) throw new Error(`a client would send ${href} instead of ${url}`)
  if (/[|^]/.test(pathname)) throw new Error(`browsers and Node encode this path differently: ${pathname}`)
  const authorization = headers.find(([name]) => name === 'authorization')?.[1] ?? ''
  const signature = searchParams.get('X-Amz-Signature') ?? /Signature=(.*)/.exec(authorization)?.[1] ?? ''
  return {
    sent: { method, host, target: pathname + search, headers, body: fuzz.body ?? new Uint8Array() },
    url,
    canonicalRequest: text,
    signature,
    signedHeaders: readSignedHeaders(headers, pathname + search),
  }
}

/**
 * Reads which headers a sent request says are signed.
 * @param headers its headers
 * @param target its target
 */
export function readSignedHeaders(headers: readonly Pair[], target: string): string[] {
  const authorization = headers.find(([name]) => name.toLowerCase() === 'authorization')?.[1] ?? ''
  const inHeader = /SignedHeaders=([^,]*)/.exec(authorization)?.[1]
  const inQuery = new URL(`http://h${target}`).searchParams.get('X-Amz-SignedHeaders')
  return (inHeader ?? inQuery ?? '').split(';')
}

/** How the package signs a case. */
function signingOf({
  accessKeyId,
  secretAccessKey,
  sessionToken,
  region,
  service,
  amzDate,
}: FuzzCase): SignOptions {
  const credentials = {
    accessKeyId,
    secretAccessKey,
    ...(sessionToken === undefined ? {} : { sessionToken }),
  }
  return { credentials, region, service, now: dateOf(amzDate) }
}

/**
 * Tells how the package has to verify a case.
 * @param fuzz the case
 */
export function verifyingOf(fuzz: FuzzCase): VerifyOptions {
  const { credentials, region, service, now } = signingOf(fuzz)
  return { lookup: lookupOf(credentials), region, service, now, allowUnsignedPayload: fuzz.isUnsigned }
}

/**
 * Puts a request on the wire: header text as Latin-1 where that holds it, else as UTF-8.
 * @param sent the request
 */
export function receiveSent({ method, host, target, headers, body }: Sent): RawRequest {
  const isWide = headers.some(([, value]) => /[^\0-\u00ff]/.test(value))
  const rawHeaders = headers.flatMap(([name, value]) => [name, isWide ? toWire(value) : value])
  return { method, target, rawHeaders: ['Host', host, ...rawHeaders], body }
}

/**
 * Tells what the reference makes of a request that was sent.
 * @param sent the request
 * @param signedHeaders the names signed
 * @param service the signing name
 * @param reading how the query is read
 */
export function referenceOf(
  { method, host, target, headers, body }: Sent,
  signedHeaders: readonly string[],
  service: string,
  reading: Reading = 'strict',
): string {
  const stated = headers.find(([name]) => name.toLowerCase() === 'x-amz-content-sha256')?.[1]
  const isPresigned = target.includes('X-Amz-Signature=')
  const payloadHash =
    stated ??
    (isPresigned && service === 's3' ? 'UNSIGNED-PAYLOAD' : createHash('sha256').update(body).digest('hex'))
  const all = [['host', host] as const, ...headers.filter(([name]) => name.toLowerCase() !== 'host')]
  return canonicalRequest({ method, target, headers: all, signedHeaders, payloadHash, service }, reading)
}

/**
 * Tells whether the package can judge a case on receiving it.
 * @param fuzz the case
 * @returns false for presigned S3 requests, whose bodies S3 does not hash and the package does
 */
export function isJudged(fuzz: FuzzCase): boolean {
  return fuzz.expiresInSeconds === undefined || fuzz.service !== 's3'
}
