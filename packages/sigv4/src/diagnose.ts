import type { SigV4Failure } from './failures.ts'
import { mistakes, type ProvableMistakeId } from './mistakes.ts'
import { type RawRequest, type ReceivedHeaders, readReceivedHeaders } from './received-request.ts'
import { readSituation, type Situation } from './situation.ts'
import { statedCauses, type StatedCauseId } from './stated-causes.ts'
import type { Verification, VerifyOptions } from './verify.ts'

/** What is wrong with a request, as a stable name. */
export type MistakeId =
  | ProvableMistakeId
  | StatedCauseId
  | 'unsigned-request'
  | 'other-authorization-scheme'
  | 'repeated-authorization'
  | 'malformed-signature'
  | 'changed-after-signing'
  | 'wrong-secret'
  | 'unknown'

/** One thing that explains a refusal. */
export interface Diagnosis {
  readonly cause: MistakeId
  /** What happened, in one or two sentences. */
  readonly says: string
  /** What to do. */
  readonly fix: string
  /** `signature-matches` when the signature is right under this assumption, which proves it; else `evidence`. */
  readonly proof: 'signature-matches' | 'evidence'
}

/**
 * Finds out why a signature was refused: verifies the request again under each common mistake.
 * Needs the secret through `lookup`; no secret, token or signature is in what it returns.
 * @param request the refused request
 * @param options as for `verify`
 * @param failure the refusal of `verify`
 * @returns explanations, best first; never empty
 * @example
 * const result = verify(request, options)
 * if (!result.ok) console.log(diagnose(request, options, result)[0]?.says)
 */
export function diagnose(
  request: RawRequest,
  options: VerifyOptions,
  failure: Verification & { ok: false },
): Diagnosis[] {
  const situation = readSituation(request, options)
  if (!situation) return [diagnoseUnreadable(readReceivedHeaders(request.rawHeaders), failure)]
  const stated = diagnoseStated(situation)
  if (situation.keyProblem !== undefined) return orUnknown(stated, failure)
  // When the signature is right as it stands, the stated causes are all there is.
  if (situation.matches({})) return orUnknown(stated, failure)
  const proved = findMistake(situation)
  if (proved) return mergeProved(proved, stated)
  return [...stated, ...diagnoseMismatch(situation, stated)]
}

/** What the refusal alone tells when no well-formed signature could be read. */
const unreadable: Readonly<Record<'unsigned' | 'scheme' | 'repeated' | 'malformed', Diagnosis>> = {
  unsigned: {
    cause: 'unsigned-request',
    says: 'The request carries no signature: neither an Authorization header nor X-Amz-Signature in its query.',
    fix: 'Sign the request with Signature Version 4, for example with `furlong call`, `createSignedFetch` or `curl --aws-sigv4`.',
    proof: 'evidence',
  },
  scheme: {
    cause: 'other-authorization-scheme',
    says: 'The Authorization header is of another scheme, such as Bearer or Basic; an IAM-protected URL takes AWS4-HMAC-SHA256 only.',
    fix: "Sign with Signature Version 4, and send the application's own token in another header.",
    proof: 'evidence',
  },
  repeated: {
    cause: 'repeated-authorization',
    says: 'The request holds more than one signature: repeated Authorization headers, or a header and a presigned query.',
    fix: 'Sign once: send a presigned URL without an Authorization header, and remove the header of an earlier try.',
    proof: 'evidence',
  },
  malformed: {
    cause: 'malformed-signature',
    says: 'The signature is not well-formed',
    fix: 'Send Authorization: AWS4-HMAC-SHA256 Credential=<key>/<yyyymmdd>/<region>/<service>/aws4_request, SignedHeaders=<a;b>, Signature=<64 hexadecimal digits>, and X-Amz-Date.',
    proof: 'evidence',
  },
}

function diagnoseUnreadable(headers: ReceivedHeaders, failure: Verification & { ok: false }): Diagnosis {
  const authorization = headers.get('authorization')
  if (failure.code === 'MissingAuthenticationTokenException') return unreadable.unsigned
  if (authorization && !authorization.value.startsWith('AWS4-')) return unreadable.scheme
  if (authorization && authorization.count > 1) return unreadable.repeated
  if (failure.message.includes('not in both')) return unreadable.repeated
  return { ...unreadable.malformed, says: `${unreadable.malformed.says}: ${failure.message}` }
}

// A stated cause is proved when the rest of the signature is right, since a scope and a time are its own.
function diagnoseStated(situation: Situation): Diagnosis[] {
  const isRight = situation.matches({})
  const found: Diagnosis[] = []
  for (const { cause, says, fix } of statedCauses) {
    const sentence = says(situation)
    if (sentence === undefined) continue
    const proof = isRight ? 'signature-matches' : 'evidence'
    found.push({ cause, says: sentence, fix: fix(situation), proof })
  }
  return found
}

function findMistake(situation: Situation): Diagnosis | undefined {
  for (const { cause, attempt, says, fix } of mistakes) {
    for (const assumed of attempt(situation)) {
      if (situation.matches(assumed)) {
        return { cause, says: says(assumed.detail ?? ''), fix, proof: 'signature-matches' }
      }
    }
  }
  return undefined
}

/** Causes that are the same thing seen from the payload hash, and say less than the proof. */
const coveredByProof: ReadonlySet<MistakeId> = new Set(['payload-hash-mismatch', 'payload-hash-unsigned'])

function mergeProved(proved: Diagnosis, stated: readonly Diagnosis[]): Diagnosis[] {
  return [proved, ...stated.filter(({ cause }) => !coveredByProof.has(cause))]
}

// Nothing common explains it. What remains is a request changed in a way that cannot be guessed, or another secret.
function diagnoseMismatch(situation: Situation, stated: readonly Diagnosis[]): Diagnosis[] {
  const changed = describeChange(situation)
  const { claim, headers } = situation.context
  const client = awsClient.exec(headers.get('user-agent')?.value ?? '')?.[0]
  const secret: Diagnosis = {
    cause: 'wrong-secret',
    says:
      client === undefined
        ? `No common mistake makes the signature match, so the secret access key used may not be the one that belongs to ${claim.accessKeyId}.`
        : `The request comes from ${client}, which signs exactly what it sends: the secret access key used is most likely not the one that belongs to ${claim.accessKeyId}.`,
    fix: 'Compare AWS_SECRET_ACCESS_KEY of the sender with the one issued with this access key id.',
    proof: 'evidence',
  }
  const isExplained = stated.some(
    ({ cause }) => cause === 'signed-header-absent' || coveredByProof.has(cause),
  )
  if (isExplained) return []
  if (!changed) return [secret]
  return client === undefined ? [changed, secret] : [secret, changed]
}

/** AWS's own clients: nothing of theirs changes a request after it was signed. */
const awsClient = /^(?:aws-cli|boto3|botocore|aws-sdk-[a-z0-9]+)(?=[/ ])/i

function describeChange({ context, parts }: Situation): Diagnosis | undefined {
  const { claim, headers, request } = context
  const suspects: string[] = []
  const cleared: string[] = []
  const names = listNames(context.query)
  if (names.length > 0) suspects.push(`the query (${names.join(', ')})`)
  else cleared.push('there is no query')
  if (parts.path !== '/') suspects.push('the path')
  const isBodyCleared =
    claim.signedHeaders.includes('x-amz-content-sha256') &&
    headers.get('x-amz-content-sha256')?.value === parts.payloadHash
  if (request.body.length === 0) cleared.push('there is no body')
  else if (isBodyCleared) cleared.push('the body is not it, its signed hash is right')
  else suspects.push('the body')
  const others = claim.signedHeaders.filter((name) => !isOwnHeader(name))
  if (others.length > 0) suspects.push(`a signed header (${others.join(', ')})`)
  if (suspects.length === 0) return undefined
  const [first, ...rest] = suspects
  const also = rest.length > 0 ? `, else ${rest.join(' or ')}` : ''
  const excluded = cleared.length > 0 ? ` (${cleared.join('; ')})` : ''
  return {
    cause: 'changed-after-signing',
    says: `The signature is well-formed and its key is known, but it is not that of this request: most likely the request was changed after it was signed, first of all ${first}${also}${excluded}. A wrong secret would look the same.`,
    fix: 'Sign the final URL, headers and body, and send exactly those; sign again after every change, a redirect or a retry with another query included.',
    proof: 'evidence',
  }
}

function isOwnHeader(name: string): boolean {
  return name === 'host' || name === 'date' || name.startsWith('x-amz-')
}

const shownNames = 5

function listNames(query: string): string[] {
  const names = query
    .split('&')
    .map((pair) => pair.split('=')[0] ?? '')
    .filter((name) => name !== '' && !name.startsWith('X-Amz-'))
  const shown = [...new Set(names)].map((name) => `\`${name.slice(0, 40)}\``)
  return shown.length > shownNames ? [...shown.slice(0, shownNames), '…'] : shown
}

function orUnknown(found: Diagnosis[], failure: { code: SigV4Failure }): Diagnosis[] {
  if (found.length > 0) return found
  return [
    {
      cause: 'unknown',
      says: `The request was refused with ${failure.code}, and nothing in it says why: the signature matches now.`,
      fix: 'Send it again, signed anew; the key or the clock may have changed in between.',
      proof: 'evidence',
    },
  ]
}
