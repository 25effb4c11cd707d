import { createSignedFetch } from '@furlong/fetch'
import { AwsError } from './errors.ts'
import { readCredentials, type CredentialSource } from './target.ts'
import { waitFor, type Patience } from './wait.ts'

/** The first answer that was not a refusal by IAM. */
export interface AccessAnswer {
  readonly status: number
  readonly attempts: number
}

/** Error types with which the door of a function URL refuses, before the function runs. */
const doorRefusals = new Set([
  'AccessDeniedException',
  'InvalidSignatureException',
  'IncompleteSignatureException',
  'MissingAuthenticationTokenException',
  'UnrecognizedClientException',
  'ExpiredTokenException',
])

/**
 * Calls a URL with signed `GET /` requests until one is let in; permissions take effect late on AWS.
 * @param options the URL, its region, the caller's credentials, and how long to go on
 * @returns the answer that was let in, whatever the application made of it
 * @throws {AwsError} `TimedOut` when each call was refused until the end
 */
export async function waitForAccess(options: {
  readonly url: string
  readonly region: string
  readonly credentials: CredentialSource
  readonly patience: Patience
  /** Hears of each call that was refused. */
  readonly onRefused?: (attempts: number, status: number) => void
}): Promise<AccessAnswer> {
  const source = options.credentials
  const signedFetch = createSignedFetch({
    region: options.region,
    service: 'lambda',
    credentials: () => readCredentials(source),
    // The patience below is all there is to wait for.
    retry: false,
  })
  let attempts = 0
  let lastStatus = 0
  const answer = await waitFor(async () => {
    attempts += 1
    const response = await signedFetch(options.url)
    await response.body?.cancel()
    lastStatus = response.status
    const type = response.headers.get('x-amzn-errortype')?.split(':')[0]
    const isRefused = response.status === 403 && type !== undefined && doorRefusals.has(type)
    if (!isRefused) return { status: response.status, attempts }
    options.onRefused?.(attempts, lastStatus)
    return undefined
  }, options.patience)
  if (answer !== undefined) return answer
  throw new AwsError(
    'TimedOut',
    `The caller was still refused (${lastStatus}) after ${attempts} calls in ${Math.round(options.patience.timeoutMs / 1000)} s.`,
    { tryThis: 'npx furlong explain' },
  )
}
