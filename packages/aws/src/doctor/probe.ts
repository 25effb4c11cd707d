import { classifyAnswer, createSignedFetch, type Refusal } from '@furlong/fetch'
import type { Credentials } from '@furlong/sigv4'

/** What one request was answered. */
export interface ProbeAnswer {
  readonly status: number
  /** Undefined for an answer of the application. */
  readonly refusal: Refusal | undefined
  /** The server's clock minus ours, in seconds; undefined when the answer has no date. */
  readonly skewSeconds: number | undefined
  /** Who stands before the function URL, if anybody does. */
  readonly front: 'cloudfront' | 'api-gateway' | 'other'
  /** What CloudFront says of its cache; undefined without it. */
  readonly cache: string | undefined
  /** Whether Lambda had a part in the answer. */
  readonly isFromLambda: boolean
  /** Whether CloudFront made the answer and asked nobody. */
  readonly isOwnAnswer: boolean
}

/**
 * Reads from the headers of an answer who gave it.
 *
 * guess: CloudFront names itself as `Server` in the answers that it makes by itself, and leaves `x-amzn-RequestId` of a function
 * URL in those that it hands on.
 */
function readGivers({
  headers,
}: Response): Pick<ProbeAnswer, 'front' | 'cache' | 'isFromLambda' | 'isOwnAnswer'> {
  const isCloudFront = headers.has('x-amz-cf-id') || /\(CloudFront\)/i.test(headers.get('via') ?? '')
  const isApiGateway = headers.has('x-amz-apigw-id') || headers.has('apigw-requestid')
  const isFromLambda = !isApiGateway && headers.has('x-amzn-requestid')
  return {
    front: isCloudFront ? 'cloudfront' : isApiGateway ? 'api-gateway' : 'other',
    cache: headers.get('x-cache') ?? undefined,
    isFromLambda,
    isOwnAnswer: isCloudFront && !isFromLambda && /^CloudFront$/i.test(headers.get('server') ?? ''),
  }
}

/** How much of an answer is read, in bytes: refusals are small. */
const maxReadBytes = 8192

/**
 * Sends one GET and looks at the answer, not further than is needed to know AWS's refusals.
 * @param url where to
 * @param options the signer's credentials and region, or none for an unsigned request; the clock; how long to wait, in milliseconds
 * @returns the answer
 * @throws {Error} when nobody answers
 */
export async function probe(
  url: string,
  options: {
    readonly credentials?: Credentials
    readonly region: string
    readonly now: () => Date
    readonly timeoutMs: number
  },
): Promise<ProbeAnswer> {
  const { credentials, region, now, timeoutMs } = options
  const signal = AbortSignal.timeout(timeoutMs)
  const response =
    credentials === undefined
      ? await fetch(url, { redirect: 'manual', signal })
      : await createSignedFetch({ credentials, region, service: 'lambda', retry: false, now })(url, {
          signal,
        })
  const { status, headers } = response
  const date = Date.parse(headers.get('date') ?? '')
  return {
    status,
    refusal: classifyAnswer({
      status,
      errorType: headers.get('x-amzn-errortype') ?? undefined,
      body: await readStart(response),
      why: headers.get('x-furlong-why') ?? undefined,
    }),
    // A Date has no fraction: half a second is the mean of what it leaves out.
    skewSeconds: Number.isNaN(date) ? undefined : (date + 500 - now().getTime()) / 1000,
    ...readGivers(response),
  }
}

async function readStart(response: Response): Promise<string> {
  if (response.status < 400 || response.body === null) {
    await response.body?.cancel()
    return ''
  }
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    chunks.push(chunk)
    length += chunk.length
    if (length > maxReadBytes) break
  }
  return Buffer.concat(chunks).toString('utf8')
}
