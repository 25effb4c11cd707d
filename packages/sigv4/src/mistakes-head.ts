import type { CanonicalHeader } from './canonical-headers.ts'
import { showHeader } from './mask.ts'
import type { Attempt, Situation } from './situation.ts'
import { replaceHost } from './verify.ts'

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', '']

/** The headers in which proxies tell of the host that was asked for. */
const hostHeaders = ['x-forwarded-host', 'x-original-host', ':authority']

/** Assumes a host without its port, or with a default one. */
export function* attemptHostPorts(situation: Situation): Iterable<Attempt> {
  const { name, port, received } = readHost(situation)
  const hosts = port === '' ? [received + ':443', received + ':80'] : [name]
  for (const host of hosts) yield attemptHost(situation, host)
}

/** Assumes a host by another name: one a proxy tells of, another spelling, or a URL. */
export function* attemptHostAliases(situation: Situation): Iterable<Attempt> {
  const { port, received } = readHost(situation)
  const told = hostHeaders.flatMap((name) => situation.context.headers.get(name)?.value.split(/, ?/) ?? [])
  const local = ['localhost', '127.0.0.1', '[::1]']
  const urls = [`https://${received}`, `https://${received}/`, `http://${received}`, received + '/']
  const names = [...told, ...local, ...local.map((name) => name + port), ...urls]
  for (const host of [received.toLowerCase(), received.toUpperCase(), ...names, '']) {
    yield attemptHost(situation, host)
  }
}

/** Assumes another method, or this one in another case. */
export function* attemptMethods({ parts }: Situation): Iterable<Attempt> {
  for (const method of [...methods, parts.method.toUpperCase(), parts.method.toLowerCase()]) {
    yield { parts: { method }, detail: `\`${method}\` and sent as \`${parts.method.slice(0, 20)}\`` }
  }
}

/** What clients and proxies put in place of the headers that they own. */
const rewritten: ReadonlyMap<string, readonly string[]> = /* @__PURE__ */ new Map([
  ['connection', ['keep-alive', 'close', 'Keep-Alive']],
  [
    'accept-encoding',
    ['identity', 'gzip', 'gzip, deflate', 'gzip, deflate, br', 'gzip, compress, deflate, br'],
  ],
  ['accept', ['*/*', 'application/json', 'application/json, text/plain, */*']],
  ['x-forwarded-proto', ['https', 'http']],
])

const charsets = ['', ';charset=UTF-8', '; charset=utf-8', ';charset=utf-8', '; charset=UTF-8']
const contentTypes = [
  'application/json',
  'application/x-www-form-urlencoded',
  'application/x-www-form-urlencoded; charset=utf-8',
  'text/plain;charset=UTF-8',
  'application/octet-stream',
]

/** Assumes a content type before a client added to it, or put its own in place of it. */
export function* attemptContentType(situation: Situation): Iterable<Attempt> {
  const received = situation.context.headers.get('content-type')?.value ?? ''
  const bare = received.split(';')[0] ?? ''
  for (const value of [...charsets.map((charset) => bare + charset), ...contentTypes]) {
    yield* attemptHeader(situation, 'content-type', value)
  }
}

/** Assumes headers before a client or a proxy joined, cut, added to or replaced them. */
export function* attemptHeaders(situation: Situation): Iterable<Attempt> {
  for (const [name, value] of situation.parts.headers) {
    if (name === 'host') continue
    yield* attemptHeader(situation, name, value.replaceAll(', ', ','))
    yield* attemptHeader(situation, name, value.replace(/,(?! )/g, ', '))
    for (const other of rewritten.get(name) ?? []) yield* attemptHeader(situation, name, other)
    if (name === 'content-length') {
      yield* attemptHeader(situation, name, String(situation.context.request.body.length))
    }
    if (name.startsWith('x-amz-')) continue
    yield* attemptHeader(situation, name, '')
    // Each proxy on the way adds itself to the end of such a list.
    for (let end = value.lastIndexOf(','); end > 0; end = value.lastIndexOf(',', end - 1)) {
      if (value.length - end > 200) break
      yield* attemptHeader(situation, name, value.slice(0, end))
    }
  }
}

/** Assumes that white space within values was signed as it stands. */
export function* attemptWhiteSpace({ context, parts }: Situation): Iterable<Attempt> {
  for (const trim of [(text: string) => text.trim(), (text: string) => text]) {
    const values = new Map<string, string>()
    const { rawHeaders } = context.request
    for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
      const name = (rawHeaders[index] ?? '').toLowerCase()
      const before = values.get(name)
      const value = trim(rawHeaders[index + 1] ?? '')
      values.set(name, before === undefined ? value : `${before},${value}`)
    }
    yield { parts: { headers: parts.headers.map(([name, value]) => [name, values.get(name) ?? value]) } }
  }
}

/** Assumes that the headers were signed in the order in which they are listed. */
export function* attemptSignedHeaderOrder({ context, parts }: Situation): Iterable<Attempt> {
  const values = new Map(parts.headers)
  yield {
    parts: {
      headers: context.claim.signedHeaders.map((name): CanonicalHeader => [name, values.get(name) ?? '']),
    },
  }
}

/** Assumes that header names were signed as they are spelled, with capitals. */
export function* attemptNamesInCapitals({ context }: Situation): Iterable<Attempt> {
  const { claim, headers } = context
  const spelled = claim.signedHeaders.map((name): CanonicalHeader => [
    name,
    headers.get(name.toLowerCase())?.value ?? '',
  ])
  const small = spelled.map(([name, value]): CanonicalHeader => [name.toLowerCase(), value])
  const listed = claim.signedHeaders.join(';')
  yield { parts: { headers: spelled } }
  yield { parts: { headers: small } }
  yield {
    parts: { headers: small },
    rewrite: (text) => text.replace(listed.toLowerCase(), listed),
  }
}

/** Assumes that the token was added to a presigned URL after signing. */
export function* attemptTokenAdded({ context, canonicalizeQuery }: Situation): Iterable<Attempt> {
  const texts = context.query.split('&').filter((text) => !/^X-Amz-S(?:ecurity-Token|ignature)=/.test(text))
  yield { parts: { query: canonicalizeQuery(texts.join('&')) } }
}

function readHost({ parts }: Situation): { received: string; name: string; port: string } {
  const received = parts.headers.find(([name]) => name === 'host' || name === ':authority')?.[1] ?? ''
  const port = /:\d+$/.exec(received)?.[0] ?? ''
  return { received, name: received.slice(0, received.length - port.length), port }
}

function attemptHost(situation: Situation, host: string): Attempt {
  const { received } = readHost(situation)
  return {
    parts: { headers: replaceHost(situation.parts.headers, host) },
    detail: `\`${showHeader('host', host)}\`, and sent with the Host header \`${showHeader('host', received)}\``,
  }
}

function* attemptHeader({ parts }: Situation, changed: string, value: string): Iterable<Attempt> {
  const received = parts.headers.find(([name]) => name === changed)?.[1]
  if (received === undefined || received === value) return
  const headers = parts.headers.map((header): CanonicalHeader =>
    header[0] === changed ? [changed, value] : header,
  )
  const detail = `\`${changed}\` was changed after signing: it was signed ${quote(changed, value)} and arrived ${quote(changed, received)}`
  yield { parts: { headers }, detail }
}

function quote(name: string, value: string): string {
  return value === '' ? 'empty or not at all' : `as \`${showHeader(name, value)}\``
}
