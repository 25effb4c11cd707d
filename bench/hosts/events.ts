/** What the hosts are called with: events of a function URL as the runtime parses them, and a context. */
import { createEvent } from '@furlong/events'

/** What is asked of an application. */
export interface Scenario {
  readonly name: string
  readonly method: string
  readonly path: string
  readonly contentType: string
  /** The right answer, byte for byte. */
  readonly answer: Buffer
  readonly body?: string
}

/** An event as a handler gets it. */
export type HostEvent = Readonly<Record<string, unknown>> & {
  readonly rawPath: string
  readonly rawQueryString: string
  readonly headers: Readonly<Record<string, string>>
  readonly requestContext: { readonly domainName: string; readonly http: { readonly method: string } }
  readonly body?: string
  readonly isBase64Encoded: boolean
}

/** What a handler is told beside the event. */
export interface HostContext {
  readonly functionName: string
  readonly functionVersion: string
  readonly invokedFunctionArn: string
  readonly memoryLimitInMB: string
  readonly awsRequestId: string
  readonly logGroupName: string
  readonly logStreamName: string
  readonly getRemainingTimeInMillis: () => number
}

/** 1 MiB that is no text. */
export const picture: Buffer = Buffer.from(new Uint8Array(1 << 20).map((_, index) => index * 7))
/** What the picture says it is. */
export const pictureType = 'image/png'
/** What the other answers say they are. */
export const jsonType = 'application/json'

const items = Array.from({ length: 100 }, (_, id) => ({
  id,
  name: `item ${id}`,
  tags: ['a', 'b', 'c'],
  text: 'x'.repeat(40),
}))

/** A greeting, 10 KB to be read, and 1 MB to be sent. */
export const scenarios: readonly Scenario[] = [
  {
    name: 'GET hello',
    method: 'GET',
    path: '/hello',
    contentType: jsonType,
    answer: Buffer.from('{"hello":"world"}'),
  },
  {
    name: 'POST 10 KB',
    method: 'POST',
    path: '/items',
    contentType: jsonType,
    answer: Buffer.from('{"count":100}'),
    body: JSON.stringify({ items }),
  },
  { name: '1 MB binary', method: 'GET', path: '/picture', contentType: pictureType, answer: picture },
]

const urlId = 'abcdefghijklmnopqrstuvwxyz012345'
const domainName = `${urlId}.lambda-url.us-west-2.on.aws`

const usualHeaders = [
  ['Host', domainName],
  ['Accept', '*/*'],
  ['Accept-Encoding', 'gzip, br'],
  ['User-Agent', 'curl/8.7.1'],
] as const

/** What differs between events. */
export interface EventParts {
  readonly method: string
  readonly target: string
  readonly headers?: readonly (readonly [name: string, value: string])[]
  readonly body?: Uint8Array
}

/**
 * Creates an event through JSON, as on Lambda.
 *
 * @param parts method, target, headers beside the usual ones, body
 * @returns the event, of an object of its own: some hosts write into it
 */
export function createHostEvent({ method, target, headers = [], body }: EventParts): HostEvent {
  const event = createEvent({
    kind: 'function-url',
    method,
    target,
    rawHeaders: [...usualHeaders, ...headers].flat(),
    body: body ?? new Uint8Array(0),
    sourceIp: '203.0.113.7',
    httpVersion: '1.1',
    urlId,
    domainName,
    requestId: 'd16a6b55-dea9-4b23-8499-eb85c3d2d904',
    traceId: 'Root=1-6a5145aa-290a323a5de9a2e0636377d4',
    now: new Date(1_783_711_146_671),
  })
  return JSON.parse(JSON.stringify(event)) as HostEvent
}

/** Different ones, so that no event comes twice in a row. */
const poolSize = 16

/** @returns the events of a scenario, all of them asking for the same */
export function createPool({ method, path, body }: Scenario): HostEvent[] {
  const bytes = body === undefined ? undefined : Buffer.from(body)
  return Array.from({ length: poolSize }, (_, index) =>
    createHostEvent({
      method,
      target: `${path}?page=${index}`,
      ...(bytes !== undefined && {
        headers: [
          ['Content-Type', jsonType],
          ['Content-Length', String(bytes.length)],
        ],
        body: bytes,
      }),
    }),
  )
}

/** The context of every invocation: half a minute is left. */
export const hostContext: HostContext = {
  functionName: 'bench',
  functionVersion: '$LATEST',
  invokedFunctionArn: 'arn:aws:lambda:us-west-2:111122223333:function:bench',
  memoryLimitInMB: '512',
  awsRequestId: 'd16a6b55-dea9-4b23-8499-eb85c3d2d904',
  logGroupName: '/aws/lambda/bench',
  logStreamName: 'stream',
  getRemainingTimeInMillis: () => 30_000,
}
