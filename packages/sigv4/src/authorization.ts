import { formatAmzDate, parseAmzDate, parseDateHeader } from './amz-date.ts'
import { type QueryPair, queryReadings, readQuery } from './canonical-query.ts'
import { algorithm, type CredentialScope, terminator } from './canonical-request.ts'
import { createRefusal, type Refusal, refusals } from './failures.ts'
import {
  type RawRequest,
  type ReceivedHeaders,
  readReceivedHeaders,
  splitTarget,
} from './received-request.ts'

/** Where a signature stands. */
export type SignatureForm = 'header' | 'presigned'

/** What a request says about its own signature; nothing of it is verified. */
export interface Claim {
  readonly form: SignatureForm
  readonly accessKeyId: string
  readonly scope: CredentialScope
  /** Whether the scope ends in `aws4_request`. */
  readonly hasTerminator: boolean
  /** The names as listed. */
  readonly signedHeaders: readonly string[]
  readonly signature: string
  /** When it was signed, `yyyymmddThhmmssZ`. */
  readonly amzDate: string
  readonly signedAt: Date
  /** The header that holds the date; `X-Amz-Date` of the query in the presigned form. */
  readonly dateSource: 'x-amz-date' | 'date'
  readonly sessionToken: string | undefined
  /** How long a presigned request holds. */
  readonly expiresInSeconds: number | undefined
}

/** Either what a request claims, or why it claims nothing. */
export type ClaimReading =
  | { readonly ok: true; readonly claim: Claim }
  | { readonly ok: false; readonly refusal: Refusal }

/** The parameters of a presigned request that are demanded of it. */
const queryParameters = [
  'X-Amz-Algorithm',
  'X-Amz-Credential',
  'X-Amz-Signature',
  'X-Amz-SignedHeaders',
  'X-Amz-Date',
  'X-Amz-Expires',
] as const

const longestExpirySeconds = 604_800

/**
 * Reads what a request claims about its signature, from its header or its query.
 * @param headers the received headers
 * @param query the query as received
 * @returns the claim, or AWS's refusal of a request without a well-formed one
 */
export function readClaim(headers: ReceivedHeaders, query: string): ClaimReading {
  const authorization = headers.get('authorization')
  const isPresigned = query.includes('X-Amz-') && isPresignedQuery(query)
  if (!authorization) return isPresigned ? readQueryClaim(query) : refuse(refusals.missing)
  if (isPresigned) return refuse(createRefusal.twoForms())
  if (authorization.count > 1) return refuse(createRefusal.repeated('Authorization'))
  return readHeaderClaim(authorization.value, headers)
}

/**
 * Reads whose signature a request claims to bear, to route it. Nothing is verified.
 * @param request its target and headers
 * @returns the form, access key id and scope; undefined when there is no well-formed signature
 */
export function readAuthorization(
  request: Pick<RawRequest, 'target' | 'rawHeaders'>,
): { form: SignatureForm; accessKeyId: string; scope: CredentialScope } | undefined {
  const reading = readClaim(readReceivedHeaders(request.rawHeaders), splitTarget(request.target).query)
  if (!reading.ok) return undefined
  const { form, accessKeyId, scope } = reading.claim
  return { form, accessKeyId, scope }
}

function refuse(refusal: Refusal): ClaimReading {
  return { ok: false, refusal }
}

function readHeaderClaim(value: string, headers: ReceivedHeaders): ClaimReading {
  const blank = value.indexOf(' ')
  const scheme = blank < 0 ? value : value.slice(0, blank)
  if (scheme !== algorithm) {
    return refuse(scheme.startsWith('AWS4-') ? createRefusal.algorithm() : createRefusal.notKeyValue())
  }
  const fields = new Map<string, string>()
  for (const part of blank < 0 ? [] : value.slice(blank + 1).split(',')) {
    const equals = part.indexOf('=')
    if (equals < 0) return refuse(createRefusal.notKeyValue())
    const name = part.slice(0, equals).trim()
    if (fields.has(name))
      return refuse(createRefusal.repeated(name === 'Credential' ? name : 'Authorization'))
    fields.set(name, part.slice(equals + 1).trim())
  }
  const credential = fields.get('Credential')
  const signature = fields.get('Signature')
  const signedHeaders = fields.get('SignedHeaders')
  const dateSource = headers.has('x-amz-date') ? 'x-amz-date' : 'date'
  const date = headers.get(dateSource)
  if (!credential || !signature || !signedHeaders || !date) {
    const missing: string[] = []
    if (!credential) missing.push('Credential')
    if (!signature) missing.push('Signature')
    if (!signedHeaders) missing.push('SignedHeaders')
    if (!date) missing.push('Date')
    return refuse(createRefusal.incompleteHeader(missing))
  }
  if (date.count > 1) return refuse(refusals.dateRepeated)
  const signedAt = dateSource === 'x-amz-date' ? parseAmzDate(date.value) : parseDateHeader(date.value)
  return createClaim({
    form: 'header',
    credential,
    signature,
    signedHeaders,
    signedAt,
    dateSource,
    sessionToken: headers.get('x-amz-security-token')?.value,
    expiresInSeconds: undefined,
  })
}

function isPresignedQuery(query: string): boolean {
  return readQuery(query, queryReadings.plusIsBlank).some(
    ([name]) => name === 'X-Amz-Algorithm' || name === 'X-Amz-Credential' || name === 'X-Amz-Signature',
  )
}

function readQueryClaim(query: string): ClaimReading {
  const values = new Map<string, string>()
  for (const [name, value] of readQuery(query, queryReadings.plusIsBlank)) {
    if (!name.startsWith('X-Amz-')) continue
    if (values.has(name)) return refuse(createRefusal.repeated(name))
    values.set(name, decodeValue(value))
  }
  const missing = queryParameters.filter((name) => !values.get(name))
  if (missing.length > 0) return refuse(createRefusal.incompleteQuery(missing))
  if (values.get('X-Amz-Algorithm') !== algorithm) return refuse(createRefusal.algorithm())
  const expiresInSeconds = readExpiry(values.get('X-Amz-Expires') ?? '')
  if (expiresInSeconds === undefined) return refuse(createRefusal.expiry())
  const credential = values.get('X-Amz-Credential') ?? ''
  const signedHeaders = values.get('X-Amz-SignedHeaders') ?? ''
  // Decoded text may hold what no header can, such as terminal escapes, and both are shown to people.
  if (!isPrintable(credential) || !isPrintable(signedHeaders)) return refuse(createRefusal.credential())
  return createClaim({
    form: 'presigned',
    credential,
    signature: values.get('X-Amz-Signature') ?? '',
    signedHeaders,
    signedAt: parseAmzDate(values.get('X-Amz-Date') ?? ''),
    dateSource: 'x-amz-date',
    sessionToken: values.get('X-Amz-Security-Token'),
    expiresInSeconds,
  })
}

interface ClaimParts {
  readonly form: SignatureForm
  readonly credential: string
  readonly signature: string
  readonly signedHeaders: string
  readonly signedAt: Date | undefined
  readonly dateSource: 'x-amz-date' | 'date'
  readonly sessionToken: string | undefined
  readonly expiresInSeconds: number | undefined
}

function createClaim(parts: ClaimParts): ClaimReading {
  const [accessKeyId, date, region, service, last, ...more] = parts.credential.split('/')
  if (!accessKeyId || !date || !region || !service || !last || more.length > 0) {
    return refuse(createRefusal.credential())
  }
  if (!parts.signedAt) return refuse(createRefusal.date())
  return {
    ok: true,
    claim: {
      form: parts.form,
      accessKeyId,
      scope: { date, region, service },
      hasTerminator: last === terminator,
      signedHeaders: parts.signedHeaders.split(';'),
      signature: parts.signature,
      amzDate: formatAmzDate(parts.signedAt),
      signedAt: parts.signedAt,
      dateSource: parts.dateSource,
      sessionToken: parts.sessionToken,
      expiresInSeconds: parts.expiresInSeconds,
    },
  }
}

function isPrintable(text: string): boolean {
  return /^[!-~]*$/.test(text)
}

function readExpiry(text: string): number | undefined {
  if (text.length > 6 || !/^\d+$/.test(text)) return undefined
  const seconds = Number(text)
  return seconds >= 1 && seconds <= longestExpirySeconds ? seconds : undefined
}

// The value is encoded by `readQuery`, so only bytes that are no UTF-8 can fail; such a value fits no key.
function decodeValue(value: string): string {
  try {
    return decodeURIComponent(value)
  } catch {
    return value
  }
}

/**
 * Removes the signature from the pairs of a presigned query.
 * @param pairs pairs of `readQuery`
 * @returns the pairs that the signature covers
 */
export function dropSignature(pairs: readonly QueryPair[]): QueryPair[] {
  return pairs.filter(([name]) => name !== 'X-Amz-Signature')
}
