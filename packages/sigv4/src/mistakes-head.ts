import type { CanonicalHeader } from './canonical-headers.ts'
import type { Attempt, Situation } from './situation.ts'
import { replaceHost } from './verify.ts'

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'CONNECT', 'TRACE', ''] as const

/** Assumes a secret that was read with something around it. */
export function* attemptSecrets({ context }: Situation): Iterable<Attempt> {
  const { claim, options } = context
  const found = options.lookup(claim.accessKeyId, claim.sessionToken)
  if ('code' in found) return
  const secret = found.secretAccessKey
  const spoiled: readonly (readonly [string, string])[] = [
    [secret + '\n', 'a newline at its end'],
    [secret + '\r\n', 'CR LF at its end'],
    [secret + '\r', 'a carriage return at its end'],
    [secret + ' ', 'a blank at its end'],
    [' ' + secret, 'a blank before it'],
    [secret + '\t', 'a tab at its end'],
    [`"${secret}"`, 'quotes around it'],
    [`'${secret}'`, 'quotes around it'],
    [encodeURIComponent(secret), 'its `/` and `+` percent-encoded'],
    [secret.replaceAll('+', ' '), 'its `+` turned into blanks'],
    [claim.accessKeyId, 'the access key id in its place'],
    ['', 'nothing in it'],
  ]
  for (const [secretAccessKey, detail] of spoiled) {
    if (secretAccessKey !== secret) yield { secretAccessKey, detail }
  }
}

/** Assumes a host without its port, or with a default one. */
export function* attemptHostPorts(situation: Situation): Iterable<Attempt> {
  const received = getHost(situation)
  const colon = received.lastIndexOf(':')
  const hasPort = colon > 0 && !received.endsWith(']')
  const hosts = hasPort ? [received.slice(0, colon)] : [received + ':443', received + ':80']
  for (const host of hosts) yield attemptHost(situation, host)
}

/** Assumes a host by another name: one a proxy tells of, or another spelling of this machine. */
export function* attemptHostAliases(situation: Situation): Iterable<Attempt> {
  const received = getHost(situation)
  const colon = received.lastIndexOf(':')
  const port = colon > 0 && !received.endsWith(']') ? received.slice(colon) : ''
  const hosts = new Set<string>(
    ['x-forwarded-host', 'x-original-host', ':authority'].flatMap(
      (name) => situation.context.headers.get(name)?.value ?? [],
    ),
  )
  for (const name of ['localhost', '127.0.0.1', '[::1]']) hosts.add(name).add(name + port)
  hosts.add(received.toLowerCase()).add(received.toUpperCase())
  hosts.delete(received)
  for (const host of hosts) yield attemptHost(situation, host)
}

/** Assumes another method, or this one in another case. */
export function* attemptMethods({ parts }: Situation): Iterable<Attempt> {
  for (const method of [...methods, parts.method.toUpperCase(), parts.method.toLowerCase()]) {
    if (method !== parts.method) yield { parts: { method }, detail: method === '' ? 'of no name' : method }
  }
}

/** Assumes a content type before a client added to it. */
export function* attemptContentType({ parts }: Situation): Iterable<Attempt> {
  const received = parts.headers.find(([name]) => name === 'content-type')?.[1]
  if (received === undefined) return
  const bare = received.split(';')[0] ?? ''
  const others = [
    bare,
    bare + ';charset=UTF-8',
    bare + '; charset=utf-8',
    bare + ';charset=utf-8',
    bare + '; charset=UTF-8',
    '',
    'application/json',
    'application/x-www-form-urlencoded',
    'text/plain;charset=UTF-8',
  ]
  for (const value of others) {
    if (value !== received) yield attemptHeader(parts.headers, 'content-type', value)
  }
}

/** Assumes headers that were joined, or lengths and lists that a client rewrote. */
export function* attemptRepeatedHeaders({ parts, context }: Situation): Iterable<Attempt> {
  for (const [name, value] of parts.headers) {
    if (value.includes(', ')) yield attemptHeader(parts.headers, name, value.replaceAll(', ', ','))
    else if (value.includes(',')) yield attemptHeader(parts.headers, name, value.replaceAll(',', ', '))
    if (name === 'content-length')
      yield attemptHeader(parts.headers, name, String(context.request.body.length))
    if (value !== '' && name !== 'host' && !name.startsWith('x-amz-'))
      yield attemptHeader(parts.headers, name, '')
  }
}

/** Assumes that the headers were signed in the order in which they are listed. */
export function* attemptSignedHeaderOrder({ context, parts }: Situation): Iterable<Attempt> {
  const listed = context.claim.signedHeaders
  if (listed.every((name, index) => name === parts.headers[index]?.[0])) return
  const values = new Map(parts.headers)
  yield { parts: { headers: listed.map((name): CanonicalHeader => [name, values.get(name) ?? '']) } }
}

function getHost({ parts }: Situation): string {
  return parts.headers.find(([name]) => name === 'host' || name === ':authority')?.[1] ?? ''
}

function attemptHost({ parts }: Situation, host: string): Attempt {
  return { parts: { headers: replaceHost(parts.headers, host) }, detail: `\`${host}\`` }
}

function attemptHeader(headers: readonly CanonicalHeader[], changed: string, value: string): Attempt {
  const replaced = headers.map((header): CanonicalHeader =>
    header[0] === changed ? [changed, value] : header,
  )
  return { parts: { headers: replaced }, detail: changed }
}
