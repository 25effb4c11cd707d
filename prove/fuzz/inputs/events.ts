/** Requests into events and back, results into answers, and what functions answer into anything. */
import {
  createEvent,
  createPrelude,
  createResult,
  EventsError,
  type HeaderPair,
  PreludeReader,
  readEvent,
  readResult,
} from '@furlong/events'
import type { Random } from '../../../conform/fuzz/random.ts'
import { broken, type FuzzInput } from '../input.ts'
import { mutate, readCorpus } from '../mutate.ts'

const types = [
  '',
  'text/plain',
  'application/json',
  'application/octet-stream',
  'text/html; charset=utf-8',
  'text/plain; charset=latin1',
  'application/x-www-form-urlencoded',
  'image/png',
  'APPLICATION/VND.API+JSON ; x=y',
  'multipart/form-data; boundary=x',
] as const
const names = [
  'x-one',
  'X-Two',
  'accept',
  'X-ONE',
  'cookie',
  'referer',
  'user-agent',
  'constructor',
  'toString',
] as const
const tokens = [
  '&',
  '=',
  '?',
  '#',
  ';',
  ', ',
  '; ',
  'a=b',
  '"isBase64Encoded":true',
  '"statusCode":204',
  '"cookies":["a=b"]',
  ':',
  '/..',
  '\0\0\0\0\0\0\0\0',
]

/** Round trips. */
export const events: FuzzInput = {
  says: 'requests through createEvent and readEvent, answers through createResult, createPrelude and their readers: all comes back',
  open: () =>
    Promise.resolve({
      check: (random) => (random.chance(0.6) ? checkRequest(random) : checkAnswer(random)),
      growths: [
        { name: 'an event of pairs', prepare: (bytes) => withTarget(`/?${'a=1&'.repeat(bytes / 4)}`) },
        { name: 'an event of one name', prepare: (bytes) => withTarget(`/?${'a&'.repeat(bytes / 2)}`) },
        { name: 'an event of %', prepare: (bytes) => withTarget(`/${'%'.repeat(bytes)}`) },
        {
          name: 'an event of cookies',
          prepare: (bytes) => () => toEvent('/', ['cookie', 'a=b; '.repeat(bytes / 5)], new Uint8Array()),
        },
        {
          name: 'an event of one header',
          prepare: (bytes) => {
            const headers = Array.from({ length: bytes / 5 }, () => ['x-a', '1']).flat()
            return () => toEvent('/', headers, new Uint8Array())
          },
        },
        {
          name: 'a result of NULs',
          prepare: (bytes) => {
            const stream = new Uint8Array(bytes).map((_, at) => (at % 8 === 7 ? 1 : 0))
            return () => tryPrelude([stream])
          },
        },
        {
          name: 'a prelude in single bytes',
          prepare: (bytes) => {
            const chunks = Array.from({ length: bytes }, () => Uint8Array.of(32))
            return () => tryPrelude(chunks)
          },
        },
      ],
    }),
}

const withTarget = (target: string) => (): unknown => toEvent(target, [], new Uint8Array())

const text = (random: Random, of: string): string =>
  mutate(random, 1, [Buffer.from(of, 'latin1')], tokens).toString('latin1')

/** As a parser of HTTP lets a header's value and a target through. */
const asValue = (written: string): string => written.replaceAll(/[^\t -~\u0080-\u00ff]/g, '').trim()
const asTarget = (written: string): string => `/${written.replaceAll(/[^!-~]/g, '')}`.replaceAll('#', '')

function createBody(random: Random): Uint8Array {
  if (random.chance(0.3)) return new Uint8Array()
  return random.chance(0.5)
    ? Buffer.from('{"café":"☃ 😀", "x":[1,2.50]}').subarray(random.below(12))
    : Uint8Array.from({ length: 1 + random.below(64) }, () => random.below(256))
}

function toEvent(
  target: string,
  rawHeaders: readonly string[],
  body: Uint8Array,
): ReturnType<typeof createEvent> {
  return createEvent({
    method: 'POST',
    target,
    rawHeaders,
    body,
    sourceIp: '127.0.0.1',
    httpVersion: '1.1',
    urlId: 'u'.repeat(32),
    domainName: 'u.lambda-url.us-east-1.on.aws',
    requestId: 'r',
    traceId: 'Root=1-0-0',
    now: new Date(0),
  })
}

function checkRequest(random: Random): string {
  const target = asTarget(text(random, '/a/b%20c?x=1&y=a+b&x=2'))
  const rawHeaders = ['host', 'u.lambda-url.us-east-1.on.aws', 'content-type', random.pick(types)]
  for (let left = random.below(4); left > 0; left -= 1) {
    rawHeaders.push(random.pick(names), asValue(text(random, 'a=b; c="d, e"')))
  }
  const body = createBody(random)
  const event = JSON.parse(JSON.stringify(toEvent(target, rawHeaders, body))) as object
  const read = readEvent(event)
  const [path = '', ...query] = target.split('?')
  const input = { target, rawHeaders, body: Buffer.from(body).toString('hex') }
  if (read.rawPath !== path) broken(`path ${read.rawPath}`, input)
  if (read.rawQuery !== query.join('?')) broken(`query ${read.rawQuery}`, input)
  if (!Buffer.from(read.body ?? new Uint8Array()).equals(body)) broken('another body came back', input)
  if (!URL.canParse(read.url)) broken(`no URL: ${read.url}`, input)
  for (const name of new Set(rawHeaders.filter((_, at) => at % 2 === 0).map((one) => one.toLowerCase()))) {
    if (name === 'cookie' || name === 'host') continue
    const sent = rawHeaders.filter((_, at) => at % 2 === 1 && rawHeaders[at - 1]?.toLowerCase() === name)
    const got = read.headers.filter(([other]) => other === name).map(([, value]) => value)
    if (got.join(',').replaceAll(', ', ',') !== sent.join(',').replaceAll(', ', ',')) {
      broken(`header ${name} is ${JSON.stringify(got)}`, input)
    }
  }
  return 'request'
}

function checkAnswer(random: Random): string {
  const headers: HeaderPair[] = [['content-type', random.pick(types)]]
  for (let left = random.below(3); left > 0; left -= 1) {
    headers.push([
      random.pick(['x-one', 'etag', 'set-cookie', 'location']),
      asValue(text(random, 'a=b; Path=/')),
    ])
  }
  const parts = { statusCode: random.pick([200, 201, 404, 500]), headers, body: createBody(random) }
  const whole = readResult(Buffer.from(JSON.stringify(createResult(parts))))
  if (!whole.ok) broken(whole.reason, parts)
  const input = { ...parts, body: Buffer.from(parts.body).toString('hex') }
  if (whole.response.statusCode !== parts.statusCode) broken('another status came back', input)
  if (!Buffer.from(whole.response.body).equals(parts.body)) broken('another body came back', input)
  const prelude = createPrelude(parts)
  const stream = Buffer.concat([prelude, parts.body])
  const cut = random.below(stream.length)
  const whole1 = tryPrelude([stream])
  const cut2 = tryPrelude([stream.subarray(0, cut), stream.subarray(cut)])
  if (whole1 !== cut2) broken(`cut at ${cut}, a stream reads otherwise`, input)
  return 'answer'
}

/** Status, headers and the first bytes behind them, as text; or the code of the error. */
function tryPrelude(chunks: readonly Uint8Array[]): string {
  const reader = new PreludeReader()
  try {
    const rest: Uint8Array[] = []
    let head: unknown
    for (const chunk of chunks) {
      if (head === undefined) {
        const found = reader.push(chunk)
        if (found !== undefined) [head] = [found.head, rest.push(found.rest)]
      } else rest.push(chunk)
    }
    reader.end()
    return JSON.stringify(head) + Buffer.concat(rest).toString('hex')
  } catch (error) {
    if (error instanceof EventsError) return error.code
    throw error
  }
}

/** What functions say, and what handlers get. */
export const results: FuzzInput = {
  says: 'bytes into readResult, the prelude reader and, as JSON, into readEvent',
  open: () => {
    const corpus = readCorpus('results')
    return Promise.resolve({
      check: (random, index) => {
        const bytes = mutate(random, index, corpus, tokens)
        const read = readResult(bytes)
        tryPrelude([bytes])
        const event = parse(bytes)
        try {
          const { headers, body, url, sourceIp } = readEvent(event)
          if (headers.length < 0 || body === null || url === '' || sourceIp === null) broken('nothing', event)
        } catch (error) {
          if (!(error instanceof EventsError)) throw error
        }
        if (!read.ok) return 'malformed'
        const { statusCode, headers } = read.response
        if (!(statusCode >= 100 && statusCode <= 599)) broken(`status ${statusCode}`, bytes.toString())
        const bad = headers.find(
          ([name, value]) => /[\r\n\0]/.test(name + value) || !/^[\w!#$%&'*+.^`|~-]+$/.test(name),
        )
        if (bad !== undefined) broken(`header ${JSON.stringify(bad)}`, bytes.toString())
        return 'answered'
      },
    })
  },
}

function parse(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString()) as unknown
  } catch {
    return undefined
  }
}
