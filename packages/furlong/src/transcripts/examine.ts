import { classifyAnswer, readAnswer, type Refusal } from '@furlong/fetch'
import {
  type Credentials,
  diagnose,
  type Diagnosis,
  parseAmzDate,
  type RawRequest,
  readAuthorization,
  verify,
} from '@furlong/sigv4'
import { findHeader, type Transcript, type TranscriptAnswer, type TranscriptRequest } from './transcript.ts'

/** What can be said of a refused request. */
export interface ExaminedTranscript {
  /** AWS's refusal, by its answer; undefined where there is no answer, or one of the application. */
  readonly refusal: Refusal | undefined
  /** What a check of the request shows, best first. */
  readonly diagnoses: readonly Diagnosis[]
  /** Whether the signature is right for the request as it was written down. */
  readonly isSignatureRight: boolean
  /** Why the signature could not be checked, or what the check leaves open. */
  readonly notes: readonly string[]
}

/**
 * Examines a refused request with the keys at hand; nothing is sent anywhere.
 * @param transcript what was written down
 * @param keys the credentials that may have signed it, and the region of the URL where its host does not say it
 * @returns what the answer and the request show
 */
export function examine(
  transcript: Transcript,
  keys: { readonly credentials: readonly Credentials[]; readonly region?: string },
): ExaminedTranscript {
  const { answer, request, note } = transcript
  const refusal =
    answer &&
    classifyAnswer({
      // A message does not say its status; that of a refusal is 403 for all that counts here.
      status: answer.status ?? 403,
      errorType: answer.headers['x-amzn-errortype'],
      body: answer.body,
      why: answer.headers['x-furlong-why'],
    })
  if (refusal === undefined && answer !== undefined) {
    return { refusal, diagnoses: [], isSignatureRight: false, notes: [noteAnswer(answer)] }
  }
  const notes = note === undefined ? [] : [note]
  const isPastSignature = refusal !== undefined && pastSignature.has(refusal.kind)
  if (request === undefined || isPastSignature) {
    return { refusal, diagnoses: [], isSignatureRight: false, notes }
  }
  const checked = check(request, readServerTime(transcript), keys)
  return { refusal, ...checked, notes: [...notes, ...checked.notes] }
}

/** Refusals whose gate stands before or behind that of the signature, so that the signature was not at fault. */
const pastSignature: ReadonlySet<Refusal['kind']> = new Set([
  'no-such-url',
  'throttled',
  'too-large',
  'function-error',
])

function noteAnswer({ status, body, headers }: TranscriptAnswer): string {
  if (status !== undefined && status < 400) return `The request was not refused: its status is ${status}.`
  const { code, message } = readAnswer({
    status: 403,
    errorType: headers['x-amzn-errortype'],
    body,
    why: undefined,
  })
  if (code !== undefined)
    return `AWS answered ${code}: “${message}”. That is about neither signature nor permission.`
  return 'The answer is none of AWS’s refusals: the application gave it itself. Its log says more.'
}

type Checked = Pick<ExaminedTranscript, 'diagnoses' | 'isSignatureRight' | 'notes'>

function check(
  request: TranscriptRequest,
  serverTime: Date | undefined,
  keys: Parameters<typeof examine>[1],
): Checked {
  if (request.body === undefined) {
    const note =
      'The body is not in it, and the signature covers the body: give it with -d @<file> for a check.'
    return { diagnoses: [], isSignatureRight: false, notes: [note] }
  }
  const raw: RawRequest = { ...request, body: request.body }
  const claim = readAuthorization(raw)
  const key = keys.credentials.find(({ accessKeyId }) => accessKeyId === claim?.accessKeyId)
  const host = findHeader(request.rawHeaders, 'host') ?? findHeader(request.rawHeaders, ':authority') ?? ''
  const options = {
    lookup: () =>
      key === undefined
        ? ({ code: 'UnrecognizedClientException' } as const)
        : { secretAccessKey: key.secretAccessKey },
    region: readRegion(host) ?? keys.region ?? claim?.scope.region ?? 'us-east-1',
    service: 'lambda',
    now: serverTime ?? readSignedAt(raw) ?? new Date(),
  }
  const verification = verify(raw, options)
  const notes = [...noteKey(claim?.accessKeyId, key, keys.credentials)]
  if (verification.ok) {
    const open =
      'The signature is right for the request as it stands here: where AWS says otherwise, something on the way changed the request, or the secret at hand is not the one AWS has.'
    return { diagnoses: [], isSignatureRight: true, notes: [...notes, open] }
  }
  const diagnoses = diagnose(raw, options, verification)
  // Without the secret that the key is unknown here says nothing about AWS.
  const known = key === undefined && claim !== undefined ? diagnoses.filter(isOfRequest) : diagnoses
  return { diagnoses: known, isSignatureRight: false, notes }
}

const isOfRequest = ({ cause }: Diagnosis): boolean => cause !== 'unknown-key' && cause !== 'unknown'

function noteKey(
  signedBy: string | undefined,
  key: Credentials | undefined,
  given: readonly Credentials[],
): string[] {
  if (signedBy === undefined || key !== undefined) return []
  const have = given.map(({ accessKeyId }) => accessKeyId).join(', ')
  const whose = have === '' ? 'no credentials are at hand' : `the credentials at hand are of ${have}`
  return [
    `The request is signed with the key ${signedBy}, and ${whose}: its signature could not be checked. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY to that key, or name its profile with --profile.`,
  ]
}

function readRegion(host: string): string | undefined {
  return /\.lambda-url\.([a-z0-9-]+)\./.exec(host)?.[1]
}

function readServerTime({ answer }: Transcript): Date | undefined {
  const time = Date.parse(answer?.headers['date'] ?? '')
  return Number.isNaN(time) ? undefined : new Date(time)
}

/** Without the server's time, time is left out of the check. */
function readSignedAt({ rawHeaders, target }: RawRequest): Date | undefined {
  const inQuery = /[?&]X-Amz-Date=(\w+)/.exec(target)?.[1]
  return parseAmzDate(findHeader(rawHeaders, 'x-amz-date') ?? inQuery ?? '')
}
