import type { CanonicalStrings } from './canonical-strings.ts'
import type { SigV4Failure } from './failures.ts'
import { createSecretHider } from './mask.ts'
import type { ProvableMistakeId } from './mistakes.ts'
import { type RawRequest, readReceivedHeaders } from './received-request.ts'
import { findMistakes } from './search.ts'
import { readSituation, type Situation } from './situation.ts'
import { statedCauses, type StatedCauseId } from './stated-causes.ts'
import { lookUp, type Verification, type VerifyOptions } from './verify.ts'

/** What is wrong with a request, as a stable name. */
export type MistakeId =
  | ProvableMistakeId
  | StatedCauseId
  | 'unsigned-request'
  | 'other-authorization-scheme'
  | 'other-algorithm'
  | 'repeated-authorization'
  | 'malformed-signature'
  | 'changed-after-signing'
  | 'wrong-secret'
  | 'unknown'

/** One thing that explains a refusal. */
export interface Diagnosis {
  readonly cause: MistakeId
  /** What happened and why, in one or two sentences. */
  readonly says: string
  /** What to do. */
  readonly fix: string
  /**
   * `signature-matches` when the signature is right under this assumption, which proves it; two causes with this proof
   * hold together. Else `evidence`.
   */
  readonly proof: 'signature-matches' | 'evidence'
  /**
   * Of the first diagnosis that is proved: what the client must have signed, since the signature is that of it. Secrets are
   * masked, so that its hash is not the one of the string to sign where the request holds any.
   */
  readonly signed?: CanonicalStrings
}

type Failure = Verification & { readonly ok: false }

/**
 * Finds out why a signature was refused: verifies the request again under each common mistake, then under two at once.
 * Needs the secret through `lookup`; no secret, token or signature is in what it returns.
 *
 * What it costs is bounded: at most 3,000 assumptions are tried, and fewer for a request so long that 16 MiB would be
 * hashed; a body beyond 256 KiB is hashed once and not taken apart.
 * @param request the refused request
 * @param options as for `verify`
 * @param failure the refusal of `verify`
 * @returns explanations, best first; never empty
 * @example
 * const result = verify(request, options)
 * if (!result.ok) console.log(diagnose(request, options, result)[0]?.says)
 */
export function diagnose(request: RawRequest, options: VerifyOptions, failure: Failure): Diagnosis[] {
  const situation = readSituation(request, options)
  if (!situation) return hideIn([diagnoseUnreadable(request, failure)], [])
  const { claim } = situation.context
  const found = lookUp(claim, options)
  const secret = 'code' in found ? undefined : found.secretAccessKey
  const diagnoses = diagnoseReadable(situation)
  if (diagnoses.length === 0) diagnoses.push(createUnknown(failure.code))
  return hideIn(diagnoses, [secret, claim.sessionToken, claim.signature])
}

function hideIn(diagnoses: readonly Diagnosis[], secrets: readonly (string | undefined)[]): Diagnosis[] {
  const hide = createSecretHider(secrets)
  return diagnoses.map(({ says, fix, ...rest }) => ({ ...rest, says: hide(says), fix: hide(fix) }))
}

// When the signature is right as it stands, or no key is known, the stated causes are all there is.
function diagnoseReadable(situation: Situation): Diagnosis[] {
  const isRight = situation.matches({})
  if (isRight || situation.keyProblem !== undefined) return diagnoseStated(situation, isRight)
  const proved = prove(situation)
  const isBody = proved.length === 0 || proved.some(({ cause }) => /body|payload/.test(cause))
  const stated = diagnoseStated(situation, false, isBody)
  if (proved.length > 0) return [...proved, ...stated.filter(({ cause }) => !coveredByProof.has(cause))]
  return [...stated, ...diagnoseMismatch(situation, stated)]
}

function prove(situation: Situation): Diagnosis[] {
  const proof = findMistakes(situation)
  if (proof === undefined) return []
  return proof.mistakes.map(({ mistake: { cause, says, fix }, detail }, index) => ({
    cause,
    says: says.replace('{}', () => detail),
    fix,
    proof: 'signature-matches',
    ...(index === 0 ? { signed: situation.readSigned(proof.attempt) } : {}),
  }))
}

/** Causes that are the same thing seen from the payload hash, and say less than the proof. */
const coveredByProof: ReadonlySet<MistakeId> = new Set(['payload-hash-mismatch', 'payload-hash-unsigned'])

/** Causes beside which a changed request or a wrong secret need not be suspected. */
const sufficient: ReadonlySet<MistakeId> = new Set([
  'payload-hash-mismatch',
  'payload-hash-unsigned',
  'signed-header-absent',
  'cloudfront-without-hash',
])

// A stated cause is proved when the rest of the signature is right, since a scope and a time are its own.
function diagnoseStated(situation: Situation, isRight: boolean, isBody = false): Diagnosis[] {
  const found: Diagnosis[] = []
  for (const { cause, says, fix, explainsBody } of statedCauses) {
    const sentence = explainsBody && !isBody ? undefined : says(situation)
    if (sentence === undefined) continue
    found.push({
      cause,
      says: sentence,
      fix: typeof fix === 'string' ? fix : fix(situation),
      proof: isRight ? 'signature-matches' : 'evidence',
    })
  }
  return found
}

/** What the refusal alone tells when no well-formed signature could be read. */
const unreadable: Readonly<
  Record<'unsigned' | 'scheme' | 'algorithm' | 'repeated' | 'malformed' | 'presigned', Diagnosis>
> = {
  unsigned: {
    cause: 'unsigned-request',
    says: 'The request carries no signature: neither an Authorization header nor X-Amz-Signature in its query.',
    fix: 'Sign the request with Signature Version 4, for example with `furlong call`, `createSignedFetch` or `curl --aws-sigv4`.',
    proof: 'evidence',
  },
  scheme: {
    cause: 'other-authorization-scheme',
    says: 'The Authorization header is of another scheme, such as Bearer, Basic or the old AWS one; an IAM-protected URL takes AWS4-HMAC-SHA256 only.',
    fix: "Sign with Signature Version 4, and send the application's own token in another header.",
    proof: 'evidence',
  },
  algorithm: {
    cause: 'other-algorithm',
    says: 'The request is signed with another algorithm of AWS, such as the asymmetric AWS4-ECDSA-P256-SHA256 (SigV4A); this side takes AWS4-HMAC-SHA256 only.',
    fix: 'Sign with plain Signature Version 4 for the region of the URL: set the algorithm to AWS4-HMAC-SHA256 and name one region, no region set.',
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
  presigned: {
    cause: 'malformed-signature',
    says: 'The presigned URL is not well-formed',
    fix: 'Presign with all of X-Amz-Algorithm, X-Amz-Credential, X-Amz-Date, X-Amz-Expires (seconds, up to 604800), X-Amz-SignedHeaders and X-Amz-Signature; some signers add X-Amz-Expires only when they are told to.',
    proof: 'evidence',
  },
}

function diagnoseUnreadable({ rawHeaders, target }: RawRequest, failure: Failure): Diagnosis {
  const authorization = readReceivedHeaders(rawHeaders).get('authorization')
  if (failure.code === 'MissingAuthenticationTokenException') return unreadable.unsigned
  const isPresigned = /[?&]X-Amz-(?:Algorithm|Signature)=/.test(target)
  const value = authorization?.value ?? ''
  if (authorization && !value.startsWith('AWS4-')) return unreadable.scheme
  if (authorization && (authorization.count > 1 || isPresigned)) return unreadable.repeated
  const algorithm = authorization ? value : (/[?&]X-Amz-Algorithm=([^&]*)/.exec(target)?.[1] ?? '')
  if (/^AWS4-(?!HMAC-SHA256)/.test(algorithm)) return unreadable.algorithm
  const unread = authorization ? unreadable.malformed : unreadable.presigned
  return { ...unread, says: `${unread.says}: ${failure.message}` }
}

// Nothing common explains it. What remains is a request changed in a way that cannot be guessed, or another secret.
function diagnoseMismatch(situation: Situation, stated: readonly Diagnosis[]): Diagnosis[] {
  if (stated.some(({ cause }) => sufficient.has(cause))) return []
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

function createUnknown(code: SigV4Failure): Diagnosis {
  return {
    cause: 'unknown',
    says: `The request was refused with ${code}, and nothing in it says why: the signature matches now.`,
    fix: 'Send it again, signed anew; the key or the clock may have changed in between.',
    proof: 'evidence',
  }
}
