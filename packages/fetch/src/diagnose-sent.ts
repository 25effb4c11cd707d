import {
  compareCanonicalStrings,
  type Credentials,
  diagnose,
  type Diagnosis,
  type KeyLookup,
  parseAmzDate,
  type RawRequest,
  type SignedRequest,
  verify,
} from '@furlong/sigv4'
import type { PreparedRequest } from './prepare-request.ts'
import type { Refusal } from './refusal.ts'

/** A refused request as it was sent. */
export interface SentRequest {
  readonly prepared: PreparedRequest
  readonly sent: SignedRequest
  readonly credentials: Credentials
  readonly refusal: Refusal
  /** The body of the answer, which may hold what AWS made of the request. */
  readonly body: string
  /** The server's time; undefined when the answer does not say it. */
  readonly serverNow: Date | undefined
}

/**
 * Checks a refused request as it was sent, with the keys that signed it.
 * @param request the request, its keys and the answer
 * @returns what the check shows, best first; nothing where the signature was not what was refused
 */
export function diagnoseSent(request: SentRequest): Pick<Refusal, 'diagnosis' | 'differences'> {
  const { refusal, body, sent } = request
  if (refusal.kind !== 'signature' && refusal.kind !== 'credentials')
    return { diagnosis: [], differences: [] }
  return { diagnosis: checkAgain(request), differences: compareCanonicalStrings(body, sent) ?? [] }
}

// A stream is gone once it was sent, and nothing can be said without the body.
function checkAgain(request: SentRequest): readonly Diagnosis[] {
  if (request.prepared.streamed !== undefined) return []
  const raw = createRawRequest(request)
  const { scope } = request.prepared
  const options = {
    lookup: () => readKey(request),
    region: scope.region,
    service: readExpectedService(request.refusal.message) ?? scope.service,
    now: request.serverNow ?? readSignedAt(request.sent),
    allowUnsignedPayload: scope.service !== 'lambda',
  }
  const verification = verify(raw, options)
  if (!verification.ok) return diagnose(raw, options, verification)
  const { refusal } = request
  const isMismatch = refusal.kind === 'signature' && refusal.reason === 'mismatch'
  return isMismatch ? [createLeftRight(request.credentials)] : []
}

// A refused key leaves nothing to check but what the request itself tells of it.
function readKey({ refusal, credentials }: SentRequest): ReturnType<KeyLookup> {
  if (refusal.kind !== 'credentials') return { secretAccessKey: credentials.secretAccessKey }
  const isExpired = refusal.reason === 'expired-token'
  return { code: isExpired ? 'ExpiredTokenException' : 'UnrecognizedClientException' }
}

function createRawRequest({ prepared, sent }: SentRequest): RawRequest {
  const { host, pathname, search } = new URL(sent.url)
  return {
    method: sent.method,
    target: pathname + search,
    rawHeaders: ['host', host, ...sent.headers.flat()],
    body: prepared.body ?? new Uint8Array(),
  }
}

function readExpectedService(message: string): string | undefined {
  return /correct service: '([a-z0-9-]+)'/i.exec(message)?.[1]
}

// The server keeps its time to itself, so the time is left out of the check.
function readSignedAt({ headers }: SignedRequest): Date {
  const text = headers.find(([name]) => name === 'x-amz-date')?.[1] ?? ''
  return parseAmzDate(text) ?? new Date()
}

function createLeftRight({ accessKeyId }: Credentials): Diagnosis {
  return {
    cause: 'changed-after-signing',
    says: `The request was rightly signed when it left, with the secret that was given for ${accessKeyId}: either that secret is not the one of this key, or something on the way changed the request.`,
    fix: 'Compare the secret with the one issued with this key; then look for a proxy or a custom domain that changes Host, path, query or body.',
    proof: 'evidence',
  }
}
