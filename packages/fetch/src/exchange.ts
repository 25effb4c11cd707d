import type { SignedRequest } from '@furlong/sigv4'
import { type AnswerParts, readAnswerParts } from './answer.ts'
import { isConnectionFailure } from './connection-failure.ts'
import type { HeldCredentials } from './credentials.ts'
import type { CredentialsSource } from './credentials-source.ts'
import { type Deadline, joinSignals, orAborted, startTimer } from './deadline.ts'
import type { PreparedRequest } from './prepare-request.ts'
import { classifyAnswer, type Refusal } from './refusal.ts'
import { getPauseMs, isRepeatable, readRetryAfterMs, type RetryPolicy } from './retry.ts'
import type { ServerClock } from './server-clock.ts'
import { signPrepared } from './sign-request.ts'

/** A response, and with `explain: true` why AWS refused. */
export interface SignedResponse extends Response {
  /** Why AWS refused; undefined unless AWS did and `explain` is set. */
  readonly refusal?: Refusal
}

/** How requests are exchanged for answers. */
export interface ExchangeSettings {
  readonly getCredentials: CredentialsSource
  readonly clock: ServerClock
  readonly policy: RetryPolicy
  readonly attemptTimeoutMs: number | undefined
  readonly explain: boolean
  readonly send: (url: string, init: RequestInit) => Promise<Response>
  readonly sleep: (ms: number, signal: AbortSignal | undefined) => Promise<void>
  readonly random: () => number
}

/** What came of one attempt. */
type Outcome =
  | {
      readonly kind: 'answer'
      readonly response: Response
      /** The answer as far as it was read. */
      readonly parts: AnswerParts | undefined
      readonly refusal: Refusal | undefined
      readonly sent: SignedRequest
      readonly credentials: HeldCredentials
      /** Whether a signature of another time does better, so that the request may be sent again for it. */
      readonly hasLearntTime: boolean
    }
  | {
      readonly kind: 'failure'
      readonly error: unknown
      readonly cause: 'connection' | 'timeout' | undefined
    }

/**
 * Sends a request, signed anew for each attempt, until its answer stands.
 * @param settings credentials, clock, retries, and the fetch that sends
 * @param prepared the request
 * @param init what else fetch is told
 * @param deadline what ends the call
 * @returns the answer
 * @throws what fetch rejects with, a `FetchError`, or the reason of the signal
 */
export async function exchange(
  settings: ExchangeSettings,
  prepared: PreparedRequest,
  init: RequestInit,
  deadline: Deadline,
): Promise<SignedResponse> {
  const isReplayable = prepared.streamed === undefined || prepared.streamed instanceof Blob
  let sent = 0
  let retry = 0
  let hasCorrectedClock = false
  for (;;) {
    sent += 1
    const outcome = await attempt(settings, prepared, init, deadline, sent)
    let pauseMs: number | undefined
    if (isReplayable && outcome.kind === 'answer' && outcome.hasLearntTime && !hasCorrectedClock) {
      hasCorrectedClock = true
      pauseMs = 0
    } else if (isReplayable) {
      retry += 1
      pauseMs = choosePauseMs(settings, prepared, outcome, retry)
    }
    if (pauseMs === undefined || pauseMs >= deadline.getLeftMs())
      return finish(settings, prepared, outcome, isReplayable)
    discard(outcome)
    deadline.waitFor(`the pause after attempt ${sent}`)
    if (pauseMs > 0) await orAborted(settings.sleep(pauseMs, deadline.signal), deadline.signal)
  }
}

async function attempt(
  settings: ExchangeSettings,
  prepared: PreparedRequest,
  init: RequestInit,
  { signal, waitFor }: Deadline,
  count: number,
): Promise<Outcome> {
  const { origin } = prepared.url
  waitFor('credentials')
  const credentials = await orAborted(settings.getCredentials(), signal)
  const sent = signPrepared(prepared, credentials, settings.clock.now(origin))
  const awaited = `the answer to attempt ${count}`
  waitFor(awaited)
  const timer =
    settings.attemptTimeoutMs === undefined
      ? undefined
      : startTimer('attemptTimeoutMs', settings.attemptTimeoutMs, () => awaited)
  try {
    const joined = timer ? joinSignals(signal, timer.signal) : signal
    // Not every fetch that is handed in heeds its signal.
    const sending = settings.send(sent.url, createInit(prepared, sent, init, joined))
    const response = await orAborted(sending, joined)
    // The answer is there; what of it is read has a limit of its own.
    timer?.stop()
    waitFor('the body of the answer')
    const parts = await readParts(settings, prepared.url, response, signal)
    signal?.throwIfAborted()
    const refusal = parts && classifyAnswer(parts)
    if (refusal?.kind === 'credentials') settings.getCredentials.forget?.(credentials)
    const lesson = settings.clock.learn(origin, response, refusal)
    // Without AWS's word for it, the request may have had its effect.
    const hasLearntTime = lesson === 'certain' || (lesson === 'likely' && isRepeatable(prepared.method))
    return { kind: 'answer', response, parts, refusal, sent, credentials, hasLearntTime }
  } catch (error) {
    if (signal?.aborted === true) throw signal.reason
    if (timer?.signal.aborted === true) {
      return { kind: 'failure', error: timer.signal.reason, cause: 'timeout' }
    }
    const cause = isConnectionFailure(error, init.redirect) ? 'connection' : undefined
    return { kind: 'failure', error, cause }
  } finally {
    timer?.stop()
  }
}

function createInit(
  { body, streamed }: PreparedRequest,
  { method, headers }: SignedRequest,
  init: RequestInit,
  signal: AbortSignal | undefined,
): RequestInit {
  const sent = streamed ?? (body && body.length > 0 ? body : undefined)
  return {
    ...init,
    method,
    headers: headers.map(([name, value]) => [name, value] as [string, string]),
    ...(signal ? { signal } : {}),
    ...(sent === undefined ? {} : { body: sent as Exclude<RequestInit['body'], undefined> }),
    ...(streamed !== undefined && !(streamed instanceof Blob) ? { duplex: 'half' } : {}),
  }
}

/** The statuses with which AWS refuses a time. */
const timeStatuses: ReadonlySet<number> = new Set([400, 401, 403])

// Most answers teach nothing about time or keys, and are left alone unless the caller wants to know.
async function readParts(
  { explain, clock }: ExchangeSettings,
  { origin, hostname }: URL,
  response: Response,
  signal: AbortSignal | undefined,
): Promise<AnswerParts | undefined> {
  if (response.status < 400) return undefined
  const mayTeach =
    timeStatuses.has(response.status) &&
    (clock.isFarOff(origin, response) || isTelling(response.headers.get('x-amzn-errortype')))
  return explain || mayTeach ? readAnswerParts(response, hostname, signal) : undefined
}

/** The codes of refusals by which the clock is set or credentials are dropped. */
const tellingTypes =
  /^(?:InvalidSignatureException|Request(?:TimeTooSkewed|Expired)|ExpiredToken(?:Exception)?|TokenRefreshRequired|UnrecognizedClientException|Invalid(?:ClientTokenId|AccessKeyId|Token))\b/

function isTelling(errorType: string | null): boolean {
  return errorType !== null && tellingTypes.test(errorType)
}

function choosePauseMs(
  { policy, random, clock }: ExchangeSettings,
  { method, url }: PreparedRequest,
  outcome: Outcome,
  retry: number,
): number | undefined {
  if (retry >= policy.attempts) return undefined
  if (outcome.kind === 'failure') {
    if (outcome.cause === undefined || !policy.retries(method, outcome.cause)) return undefined
    return getPauseMs(policy, retry, random(), undefined)
  }
  const { status, headers } = outcome.response
  if (!policy.retries(method, status)) return undefined
  const serverNow = clock.readServerTime(outcome.response) ?? clock.now(url.origin)
  const retryAfterMs = readRetryAfterMs(headers.get('retry-after'), serverNow.getTime())
  return getPauseMs(policy, retry, random(), retryAfterMs)
}

// An unread body would hold its connection until it is collected.
function discard(outcome: Outcome): void {
  if (outcome.kind === 'answer') outcome.response.body?.cancel().catch(() => {})
}

async function finish(
  { explain, clock }: ExchangeSettings,
  prepared: PreparedRequest,
  outcome: Outcome,
  isReplayable: boolean,
): Promise<SignedResponse> {
  if (outcome.kind === 'failure') throw outcome.error
  const { response, parts, refusal } = outcome
  if (!explain || !refusal) return response
  // Loaded only when needed: a bundler that splits keeps the sentences out of what starts first.
  const { diagnoseSent } = await import('./diagnose-sent.ts')
  const serverNow = clock.readServerTime(response)
  const found = diagnoseSent({
    ...outcome,
    refusal,
    body: parts?.body ?? '',
    prepared,
    isReplayable,
    serverNow,
  })
  return Object.defineProperty(response, 'refusal', { value: { ...refusal, ...found }, enumerable: true })
}
