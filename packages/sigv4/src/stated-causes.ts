import { formatAmzDate } from './amz-date.ts'
import { emptyPayloadHash, unsignedPayload } from './canonical-request.ts'
import type { Situation } from './situation.ts'

/** The causes that can be read off a request with a well-formed signature. */
export type StatedCauseId =
  | 'wrong-service'
  | 'wrong-region'
  | 'wrong-terminator'
  | 'scope-date-mismatch'
  | 'clock-skew'
  | 'presigned-url-expired'
  | 'host-not-signed'
  | 'date-not-signed'
  | 'token-not-signed'
  | 'signed-header-absent'
  | 'signed-header-repeated'
  | 'payload-hash-unsigned'
  | 'payload-hash-mismatch'
  | 'missing-session-token'
  | 'session-token-altered'
  | 'wrong-session-token'
  | 'key-and-secret-swapped'
  | 'unknown-key'
  | 'expired-session'
  | 'cloudfront-without-hash'
  | 'body-compressed'
  | 'multipart-serialized-anew'

/** A cause that needs no other assumption: it is there or it is not. */
export interface StatedCause {
  readonly cause: StatedCauseId
  /** What happened and why when the cause is there, else undefined. */
  readonly says: (situation: Situation) => string | undefined
  readonly fix: string | ((situation: Situation) => string)
  /** Whether it only explains a body that does not fit its signature. */
  readonly explainsBody?: true
}

const windowMs = 300_000

/** The causes in the order in which they are told. */
export const statedCauses: readonly StatedCause[] = [
  {
    cause: 'host-not-signed',
    says: ({ context: { claim } }) =>
      lists(claim.signedHeaders, 'host') || lists(claim.signedHeaders, ':authority')
        ? undefined
        : 'The Host header is not among the signed headers.',
    fix: 'Sign the Host header: without it a signature would hold for every host. Some signers, the JS SDK one among them, sign only the headers they are handed, `host` included.',
  },
  {
    cause: 'date-not-signed',
    says: ({ context: { claim } }) =>
      claim.form === 'header' && !lists(claim.signedHeaders, claim.dateSource)
        ? `The header ${claim.dateSource} is not among the signed headers.`
        : undefined,
    fix: 'Add X-Amz-Date before signing, and sign it.',
  },
  {
    cause: 'token-not-signed',
    says: ({ context: { claim, headers } }) =>
      claim.form === 'header' &&
      headers.has('x-amz-security-token') &&
      !lists(claim.signedHeaders, 'x-amz-security-token')
        ? 'The session token was added after signing: x-amz-security-token is not among the signed headers.'
        : undefined,
    fix: 'Hand the session token to the signer, so that it adds x-amz-security-token before it signs.',
  },
  {
    cause: 'wrong-region',
    says: ({ context: { claim, options } }) =>
      claim.scope.region === options.region
        ? undefined
        : `The request is signed for the region '${claim.scope.region}', and it was sent to '${options.region}'.`,
    fix: ({ context: { options } }) => `Sign for the region '${options.region}', the one in the URL's host.`,
  },
  {
    cause: 'wrong-service',
    says: ({ context: { claim, options } }) =>
      claim.scope.service === options.service
        ? undefined
        : `The request is signed for the service '${claim.scope.service}', and it was sent to '${options.service}'.`,
    fix: ({ context: { claim, headers, options } }) => {
      let hint = ''
      if (headers.get('user-agent')?.value.startsWith('curl/')) {
        hint = `: --aws-sigv4 'aws:amz:${options.region}:${options.service}'`
      } else if (claim.scope.service === 'execute-api') {
        hint = ': a function URL belongs to Lambda, not to API Gateway (execute-api)'
      }
      return `Sign for the service '${options.service}'${hint}.`
    },
  },
  {
    cause: 'wrong-terminator',
    says: ({ context: { claim } }) =>
      claim.hasTerminator ? undefined : "The credential scope does not end in 'aws4_request'.",
    fix: "End the credential scope, and the last step of the key derivation, with 'aws4_request'.",
  },
  {
    cause: 'scope-date-mismatch',
    says: ({ context: { claim } }) =>
      claim.scope.date === claim.amzDate.slice(0, 8)
        ? undefined
        : `The scope is of the day ${claim.scope.date}, and the request of ${claim.amzDate}: a key kept from another day, or a local date in place of UTC.`,
    fix: 'Take the day of the scope from X-Amz-Date, in UTC, and derive the key anew each day.',
  },
  {
    cause: 'clock-skew',
    says: ({ context: { claim, options } }) => {
      const aheadMs = claim.signedAt.getTime() - options.now.getTime()
      if (aheadMs <= windowMs && (claim.form === 'presigned' || aheadMs >= -windowMs)) return undefined
      const distance = formatDistance(Math.abs(aheadMs))
      const why = isTimeZone(aheadMs)
        ? 'most likely local time was written in place of UTC'
        : 'the clock is wrong, or the signature was used again'
      return `The request was signed at ${claim.amzDate}, ${distance} ${aheadMs > 0 ? 'ahead of' : 'before'} the server's ${formatAmzDate(options.now)}: ${why}.`
    },
    fix: 'Set the clock (NTP), take the time in UTC, sign each request anew, retries too, and sign just before it is sent.',
  },
  {
    cause: 'presigned-url-expired',
    says: ({ context: { claim, options } }) => {
      if (claim.expiresInSeconds === undefined) return undefined
      const overMs = options.now.getTime() - claim.signedAt.getTime() - claim.expiresInSeconds * 1000
      if (overMs <= 0) return undefined
      return `The presigned URL held for ${formatDistance(claim.expiresInSeconds * 1000)} from ${claim.amzDate} and ran out ${formatDistance(overMs)} ago.`
    },
    fix: 'Presign again, with a longer X-Amz-Expires if need be (at most 604800 seconds).',
  },
  {
    cause: 'signed-header-absent',
    says: ({ context: { claim, headers } }) => {
      const absent = claim.signedHeaders.filter((name) => !headers.has(name.toLowerCase()))
      return absent.length === 0
        ? undefined
        : `The request does not hold every header that it lists as signed: ${absent.map((name) => `'${name}'`).join(', ')} did not arrive.`
    },
    fix: 'Send every signed header, or sign fewer: HTTP clients and proxies drop some on the way.',
  },
  {
    cause: 'signed-header-repeated',
    says: ({ context: { claim, headers } }) => {
      if (new Set(claim.signedHeaders).size < claim.signedHeaders.length) {
        return 'A header is listed twice among the signed headers.'
      }
      return (headers.get('host')?.count ?? 1) > 1
        ? 'The request holds more than one Host header.'
        : undefined
    },
    fix: 'Send one Host header, and list each signed header once.',
  },
  {
    cause: 'cloudfront-without-hash',
    explainsBody: true,
    says: ({ context: { headers, request } }) => {
      const stated = headers.get('x-amz-content-sha256')?.value
      return headers.has('x-amz-cf-id') &&
        request.body.length > 0 &&
        (stated ?? unsignedPayload) === unsignedPayload
        ? 'CloudFront signed the request and does not read bodies: the viewer sent no x-amz-content-sha256 with this one.'
        : undefined
    },
    fix: "Let the viewer send the body's SHA-256 as x-amz-content-sha256 with every POST and PUT; CloudFront hands it on and signs it.",
  },
  {
    cause: 'payload-hash-unsigned',
    says: ({ context: { headers, options } }) =>
      headers.get('x-amz-content-sha256')?.value === unsignedPayload && options.allowUnsignedPayload !== true
        ? 'The body was left out of the signature (UNSIGNED-PAYLOAD), which function URLs refuse.'
        : undefined,
    fix: "Send the body's SHA-256 as x-amz-content-sha256, or no such header.",
  },
  {
    cause: 'body-compressed',
    explainsBody: true,
    says: ({ context: { headers, request }, parts }) => {
      const coding = headers.get('content-encoding')?.value ?? ''
      const stated = headers.get('x-amz-content-sha256')?.value
      return request.body.length > 0 && /gzip|deflate|br|zstd/.test(coding) && stated !== parts.payloadHash
        ? `The body arrived compressed (content-encoding: ${coding}): it was most likely compressed after it was signed.`
        : undefined
    },
    fix: 'Compress the body first, then sign and send the compressed bytes.',
  },
  {
    cause: 'multipart-serialized-anew',
    explainsBody: true,
    says: ({ context: { headers }, parts }) =>
      /^multipart\//i.test(headers.get('content-type')?.value ?? '') &&
      headers.get('x-amz-content-sha256')?.value !== parts.payloadHash
        ? 'The body is multipart, such as a FormData: its boundary is drawn anew each time it is serialised, so the text that was signed is not the text that was sent.'
        : undefined,
    fix: 'Serialise the form once (`new Response(form)` gives bytes and content type), sign those bytes and send those bytes.',
  },
  {
    cause: 'payload-hash-mismatch',
    says: ({ context: { headers }, parts }) => {
      const stated = headers.get('x-amz-content-sha256')?.value
      if (stated === undefined || stated === unsignedPayload || stated === parts.payloadHash) return undefined
      if (stated === emptyPayloadHash)
        return 'x-amz-content-sha256 is the hash of an empty body, and a body arrived.'
      if (parts.payloadHash === emptyPayloadHash)
        return 'x-amz-content-sha256 is the hash of a body, and none arrived.'
      return 'x-amz-content-sha256 is not the SHA-256 of the body that arrived.'
    },
    fix: 'Hash the very bytes that are sent; serialise the body once, then sign and send that text.',
  },
  {
    cause: 'expired-session',
    says: ({ keyProblem }) =>
      keyProblem === 'ExpiredTokenException'
        ? 'The session token of these temporary credentials has expired.'
        : undefined,
    fix: 'Get new temporary credentials (sign in again, or assume the role again) and use all three values.',
  },
  {
    cause: 'missing-session-token',
    says: ({ keyProblem, context: { claim } }) =>
      isUnknown(keyProblem) && claim.sessionToken === undefined && isTemporaryKey(claim.accessKeyId)
        ? `The key ${claim.accessKeyId} is a temporary one, and the request holds no session token.`
        : undefined,
    fix: 'Hand AWS_SESSION_TOKEN to the signer as well; temporary keys are of no use without it.',
  },
  {
    cause: 'session-token-altered',
    says: (situation) => {
      const repair = findTokenRepair(situation)
      return repair && `The session token was altered on its way: it arrived ${repair}.`
    },
    fix: 'Send the session token exactly as it was issued; in a URL, encode it once, `+` as `%2B`, `/` as `%2F` and `=` as `%3D`.',
  },
  {
    cause: 'wrong-session-token',
    says: (situation) => {
      const { accessKeyId, sessionToken } = situation.context.claim
      if (!isUnknown(situation.keyProblem) || sessionToken === undefined) return undefined
      if (findTokenRepair(situation) !== undefined) return undefined
      return isTemporaryKey(accessKeyId)
        ? `The key ${accessKeyId} is not known here, or the session token is not its own.`
        : `The key ${accessKeyId} is not a temporary one, and yet a session token came with it.`
    },
    fix: 'Use key, secret and token of one and the same session; unset an AWS_SESSION_TOKEN that is left from another.',
  },
  {
    cause: 'key-and-secret-swapped',
    says: ({ keyProblem, context: { claim } }) =>
      isUnknown(keyProblem) && isSecret(claim.accessKeyId)
        ? 'The access key id looks like a secret access key: the two were swapped. That secret has been sent in the clear.'
        : undefined,
    fix: 'Swap the two values, and replace this key by a new one, since its secret may stand in logs now.',
  },
  {
    cause: 'unknown-key',
    says: ({ keyProblem, context: { claim } }) =>
      isUnknown(keyProblem) &&
      claim.sessionToken === undefined &&
      !isTemporaryKey(claim.accessKeyId) &&
      !isSecret(claim.accessKeyId)
        ? `The access key ${claim.accessKeyId} is not known here: the caller uses credentials of another place.`
        : undefined,
    fix: 'Check AWS_ACCESS_KEY_ID, AWS_PROFILE and the credentials file of the shell that sends the request.',
  },
]

const tokenRepairs: readonly (readonly [detail: string, mend: (token: string) => string])[] = [
  ['with a blank for each `+`', (token) => token.replaceAll(' ', '+')],
  ['with white space around it', (token) => token.trim()],
  ['with quotes around it', (token) => token.replace(/^(["'])(.*)\1$/, '$2')],
  ['percent-encoded once too often', decode],
  ['without the `=` at its end', (token) => token + '='],
  ['without the `==` at its end', (token) => token + '=='],
]

function findTokenRepair({ keyProblem, context: { claim, options } }: Situation): string | undefined {
  const { accessKeyId, sessionToken } = claim
  if (!isUnknown(keyProblem) || sessionToken === undefined) return undefined
  return tokenRepairs.find(([, mend]) => {
    const token = mend(sessionToken)
    return token !== sessionToken && !('code' in options.lookup(accessKeyId, token))
  })?.[0]
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function lists(signedHeaders: readonly string[], name: string): boolean {
  return signedHeaders.some((signed) => signed.toLowerCase() === name)
}

function isUnknown(keyProblem: Situation['keyProblem']): boolean {
  return keyProblem === 'UnrecognizedClientException'
}

function isTemporaryKey(accessKeyId: string): boolean {
  return accessKeyId.startsWith('ASIA')
}

// Access key ids are capitals and digits; secrets have 40 characters of both cases.
function isSecret(accessKeyId: string): boolean {
  return /^(?=.*[a-z])[A-Za-z0-9+/]{40}$/.test(accessKeyId)
}

// Offsets from UTC are whole quarters of an hour, up to fourteen hours.
function isTimeZone(ms: number): boolean {
  const minutes = Math.abs(ms) / 60_000
  const rest = minutes % 30
  return minutes > 25 && minutes < 845 && Math.min(rest, 30 - rest) < 1
}

function formatDistance(ms: number): string {
  const seconds = Math.round(ms / 1000)
  const [size, unit] = units.find(([size]) => seconds >= 1.9 * size) ?? [1, 'second']
  const count = Math.round(seconds / size)
  return `${count} ${unit}${count === 1 ? '' : 's'}`
}

const units = [
  [86_400, 'day'],
  [3600, 'hour'],
  [60, 'minute'],
] as const
