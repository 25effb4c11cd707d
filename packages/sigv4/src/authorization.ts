import { readPlainAuthorization } from '#shortcuts'
import { formatAmzDate, parseAmzDate, parseDateHeader } from './amz-date.ts'
import type { AuthorizationFields } from './authorization-fields.ts'
import { plusIsBlank, type QueryPair, readQuery } from './canonical-query.ts'
import { algorithm, type CredentialScope, terminator } from './canonical-request.ts'
import { hashAuthorization, incomplete, invalid, quote, type Refusal } from './failures.ts'
import { longestExpirySeconds } from './presign.ts'
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

/**
 * Reads what a request claims about its signature, from its header or its query.
 * @param headers the received headers
 * @param query the query as received
 * @returns the claim, or AWS's refusal of a request without a well-formed one
 */
export function readClaim(headers: ReceivedHeaders, query: string): ClaimReading {
  const authorization = headers.get('authorization')
  const parameters = query.includes('X-Amz-') ? readQuery(query, plusIsBlank) : []
  const presigned = parameters.find(([name]) => /^X-Amz-(?:Algorithm|Credential|Signature)$/.test(name))
  if (!authorization) {
    if (presigned) return readQueryClaim(parameters)
    return refuse({
      code: 'MissingAuthenticationTokenException',
      message: 'Missing Authentication Token',
    })
  }
  if (presigned) {
    return refuse(
      invalid(`Found both '${presigned[0]}' as a query-string param and 'Authorization' as HTTP header.`),
    )
  }
  if (authorization.count > 1) return refuse(repeated('Authorization'))
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

// guess: AWS is not known to say anything of its own about repeats, which leave no single value to go by.
function repeated(name: string): Refusal {
  return incomplete(`The request must hold '${name}' only once.`)
}

function readHeaderClaim(value: string, headers: ReceivedHeaders): ClaimReading {
  const fields = readPlainAuthorization(value) ?? readFields(value)
  if ('code' in fields) return refuse(fields)
  const dateSource = headers.has('x-amz-date') ? 'x-amz-date' : 'date'
  const date = headers.get(dateSource)
  if (!fields.Credential || !fields.Signature || !fields.SignedHeaders || !date) {
    return refuse(incomplete(describeMissing(fields, date !== undefined, value)))
  }
  if (date.count > 1) return refuse(repeated(dateSource))
  return createClaim({
    form: 'header',
    algorithm: fields.algorithm,
    credential: fields.Credential,
    signature: fields.Signature,
    signedHeaders: fields.SignedHeaders,
    date: date.value,
    dateSource,
    sessionToken: headers.get('x-amz-security-token')?.value,
    expires: undefined,
  })
}

function readFields(value: string): AuthorizationFields | Refusal {
  const [scheme = '', ...parts] = value.replaceAll(',', ' ').split(' ')
  const fields = new Map<string, string>()
  for (const part of parts) {
    if (part === '') continue
    const equals = part.indexOf('=')
    const name = part.slice(0, equals)
    if (equals < 0) {
      return incomplete(
        `Invalid key=value pair (missing equal-sign) in Authorization header (hashed with SHA-256 and encoded with Base64): '${hashAuthorization(value)}'.`,
      )
    }
    if (fields.has(name)) return repeated(name === 'Credential' ? name : 'Authorization')
    fields.set(name, part.slice(equals + 1))
  }
  const [Credential, SignedHeaders, Signature] = fieldNames.map((name) => fields.get(name))
  return { algorithm: scheme, Credential, SignedHeaders, Signature }
}

const fieldNames = ['Credential', 'SignedHeaders', 'Signature'] as const

function describeMissing(fields: AuthorizationFields, hasDate: boolean, value: string): string {
  // In AWS's order.
  const sentences = (['Credential', 'Signature', 'SignedHeaders'] as const)
    .filter((name) => !fields[name])
    .map((name) => `Authorization header requires '${name}' parameter. `)
  if (!hasDate) {
    sentences.push("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ")
  }
  return `${sentences.join('')}(Hashed with SHA-256 and encoded with Base64) Authorization=${hashAuthorization(value)}`
}

function readQueryClaim(pairs: readonly QueryPair[]): ClaimReading {
  const values = new Map<string, string>()
  for (const [name, value] of pairs) {
    if (!name.startsWith('X-Amz-')) continue
    if (values.has(name)) return refuse(repeated(name))
    values.set(name, decodeValue(value))
  }
  const get = (name: string): string => values.get('X-Amz-' + name) ?? ''
  const missing = ['Algorithm', 'Credential', 'Signature', 'SignedHeaders', 'Date', 'Expires']
    .filter((name) => get(name) === '')
    .map((name) => `AWS query-string parameters must include 'X-Amz-${name}'. `)
  if (missing.length > 0) {
    return refuse(incomplete(missing.join('') + 'Re-examine the query-string parameters.'))
  }
  return createClaim({
    form: 'presigned',
    algorithm: get('Algorithm'),
    credential: get('Credential'),
    signature: get('Signature'),
    signedHeaders: get('SignedHeaders'),
    date: get('Date'),
    dateSource: 'x-amz-date',
    sessionToken: values.get('X-Amz-Security-Token'),
    expires: get('Expires'),
  })
}

interface ClaimParts extends Pick<Claim, 'form' | 'signature' | 'dateSource' | 'sessionToken'> {
  readonly algorithm: string
  readonly credential: string
  readonly signedHeaders: string
  readonly date: string
  readonly expires: string | undefined
}

function createClaim(parts: ClaimParts): ClaimReading {
  const { form, credential, date, dateSource, expires, signature, sessionToken } = parts
  const signedAt = dateSource === 'date' ? parseDateHeader(date) : parseAmzDate(date)
  if (!signedAt) {
    return refuse(
      incomplete(
        `Date must be in ISO-8601 'basic format'. Got ${quote(date)}. See http://en.wikipedia.org/wiki/ISO_8601`,
      ),
    )
  }
  if (parts.algorithm !== algorithm) {
    return refuse(
      incomplete(`Unsupported AWS 'algorithm': ${quote(parts.algorithm)} (only ${algorithm} for now). `),
    )
  }
  const elements = credential.split('/')
  const [accessKeyId = '', day = '', region = '', service = '', last] = elements
  // Decoded text may hold what no header can, such as terminal escapes, and both are shown to people.
  const isPrintable = form === 'header' || /^[!-~]*$/.test(credential + parts.signedHeaders)
  if (elements.length !== 5 || elements.includes('') || !isPrintable) {
    // AWS goes on with `, got '…'`. Whoever mixes up id and secret would have the secret there.
    return refuse(
      incomplete(
        'Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term.',
      ),
    )
  }
  const expiresInSeconds = expires === undefined ? undefined : readExpiry(expires)
  if (Number.isNaN(expiresInSeconds)) {
    // guess: the text is this project's own.
    return refuse(
      incomplete(`'X-Amz-Expires' must be a whole number from 1 to ${longestExpirySeconds} (seconds).`),
    )
  }
  return {
    ok: true,
    claim: {
      form,
      accessKeyId,
      scope: { date: day, region, service },
      hasTerminator: last === terminator,
      signedHeaders: parts.signedHeaders.split(';'),
      signature,
      amzDate: dateSource === 'date' ? formatAmzDate(signedAt) : date,
      signedAt,
      dateSource,
      sessionToken,
      expiresInSeconds,
    },
  }
}

function readExpiry(text: string): number {
  const seconds = /^\d{1,6}$/.test(text) ? Number(text) : 0
  return seconds >= 1 && seconds <= longestExpirySeconds ? seconds : Number.NaN
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
