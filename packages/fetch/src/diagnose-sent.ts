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
  /** Whether the body is still there to be sent again. */
  readonly isReplayable: boolean
  /** Whether the server's time is known now, so that the next request bears it. */
  readonly hasLearntTime: boolean
  /** The server's time; undefined when the answer does not say it. */
  readonly serverNow: Date | undefined
}

/** What the check adds to a refusal. */
export type Findings = Partial<Pick<Refusal, 'says' | 'fix'>> & Pick<Refusal, 'diagnosis' | 'differences'>

/**
 * Checks a refused request as it was sent, with the keys that signed it.
 * @param request the request, its keys and the answer
 * @returns what the check shows, best first, and the best as the refusal's own words; nothing where the signature was
 * not what was refused
 */
export function diagnoseSent(request: SentRequest): Findings {
  const { refusal, body, sent } = request
  if (refusal.kind !== 'signature' && refusal.kind !== 'credentials')
    return { diagnosis: [], differences: [] }
  const diagnosis = request.prepared.streamed === undefined ? checkAgain(request) : checkStreamed(request)
  const [best] = diagnosis
  return {
    ...(best && { says: best.says, fix: best.fix }),
    diagnosis,
    differences: compareCanonicalStrings(body, sent) ?? [],
  }
}

// The body is gone, so only what stands in the head can be checked; the keys come before any look at the body.
function checkStreamed(request: SentRequest): readonly Diagnosis[] {
  const { refusal } = request
  if (refusal.kind === 'credentials') {
    return checkAgain(request).filter(({ cause }) => cause !== 'payload-hash-mismatch')
  }
  if (refusal.kind !== 'signature') return []
  if (refusal.reason === 'mismatch') return [wrongStreamHash]
  if (refusal.reason === 'clock' && !request.isReplayable) return [createLateStream(request)]
  return checkRegion(request)
}

function checkAgain(request: SentRequest): readonly Diagnosis[] {
  const raw = createRawRequest(request)
  const { scope } = request.prepared
  const { refusal } = request
  const options = {
    lookup: () => readKey(request),
    region: readExpectedRegion(refusal.message) ?? scope.region,
    service: readExpectedService(refusal.message) ?? scope.service,
    now: request.serverNow ?? readSignedAt(request.sent),
    allowUnsignedPayload: scope.service !== 'lambda',
  }
  const verification = verify(raw, options)
  if (!verification.ok) return diagnose(raw, options, verification)
  const isMismatch = refusal.kind === 'signature' && refusal.reason === 'mismatch'
  return isMismatch ? [createLeftRight(request.credentials)] : checkRegion(request)
}

const wrongStreamHash: Diagnosis = {
  cause: 'payload-hash-mismatch',
  says: 'The body went out as it came, under the `payloadHash` that was given: most likely that is not the hash of the bytes that were sent.',
  fix: 'Compute the SHA-256 over exactly the bytes that are sent, or leave `payloadHash` out: the body is then read and hashed here. If the hash is right, compare the secret with the one issued with the key.',
  proof: 'evidence',
}

function createLateStream({ hasLearntTime }: SentRequest): Diagnosis {
  const next = hasLearntTime
    ? 'send it again with a new stream: the server’s time is known now'
    : 'send it again with a new stream'
  return {
    cause: 'clock-skew',
    says: 'The signature is of a time too far from the server’s. The request was not sent again, since its stream is used up.',
    fix: `Set the clock (NTP), and ${next}.`,
    proof: 'evidence',
  }
}

// AWS says that the region is wrong, and does not say which one it wants.
function checkRegion({ refusal, prepared }: SentRequest): readonly Diagnosis[] {
  if (!/scoped to a valid region/.test(refusal.message)) return []
  const { region } = prepared.scope
  return [
    {
      cause: 'wrong-region',
      says: `The request is signed for the region '${region}', and the URL lies in another.`,
      fix: `Set the option \`region\` (or AWS_REGION, for a URL on 127.0.0.1) to the region that the URL was made in.`,
      proof: 'evidence',
    },
  ]
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

// As S3 says it.
function readExpectedRegion(message: string): string | undefined {
  return /expecting '([a-z0-9-]+)'/.exec(message)?.[1]
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
