/** Signed requests that were changed on their way: nothing is let in that a slow verifier refuses. */
import { createHash, createHmac } from 'node:crypto'
import * as sigv4 from '@furlong/sigv4'
import type { Random } from '../../../conform/fuzz/random.ts'
import { createCase } from '../../../conform/fuzz/cases.ts'
import { receiveSent, signOurs, verifyingOf } from '../../../conform/fuzz/signing.ts'
import { canonicalRequest } from '../../../conform/sigv4/reference.ts'
import { dateOf } from '../../../conform/sigv4/requests.ts'
import { broken, type FuzzInput } from '../input.ts'
import { mutate } from '../mutate.ts'

/** A request that holds as it is. */
interface Base {
  readonly request: sigv4.RawRequest & { readonly body: Uint8Array }
  readonly options: sigv4.VerifyOptions
  readonly key: Key
}

interface Key {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken: string | undefined
  readonly region: string
  readonly service: string
  readonly now: Date
}

const bases = 256
const tokens = [
  'AWS4-HMAC-SHA256',
  'Credential=',
  'SignedHeaders=',
  'Signature=',
  'aws4_request',
  'X-Amz-Signature=',
  'X-Amz-Credential=',
  'X-Amz-Expires=0',
  'X-Amz-Security-Token=',
  'X-Amz-Date=',
  ';host',
  ', ',
  '&',
  '=',
]

/** Header and query. */
export const verify: FuzzInput = {
  says: 'Authorization headers and presigned queries into verify and diagnose, against a slow verifier',
  open: (seed) => {
    const all = Array.from({ length: bases * 4 }, (_, index) => createCase(seed, index))
      .filter(({ service, isUnsigned }) => service !== 's3' && !isUnsigned)
      .slice(0, bases)
      .map((one): Base => {
        const { request, options } = {
          request: receiveSent(signOurs(sigv4, one).sent),
          options: verifyingOf(one),
        }
        const { accessKeyId, secretAccessKey, sessionToken, region, service, amzDate } = one
        const body = request.body ?? new Uint8Array()
        const key = { accessKeyId, secretAccessKey, sessionToken, region, service, now: dateOf(amzDate) }
        return { request: { ...request, body }, options, key }
      })
    const check = (random: Random, index: number): string => {
      const base = all[random.below(all.length)] ?? all[0]
      if (base === undefined) throw new TypeError('There is no request to change.')
      return checkOne(base, changeOne(random, index, base.request), random.chance(1 / 64))
    }
    return Promise.resolve({ check })
  },
}

function changeOne(random: Random, index: number, request: Base['request']): Base['request'] {
  const text = (value: string): string =>
    mutate(random, index, [Buffer.from(value === '' ? ' ' : value, 'latin1')], tokens).toString('latin1')
  const { target, rawHeaders } = request
  const mark = target.indexOf('?')
  const authorization = rawHeaders.findIndex((name) => name.toLowerCase() === 'authorization')
  const any = random.below(rawHeaders.length)
  const kinds: readonly [() => Base['request'], ...(() => Base['request'])[]] = [
    () =>
      authorization === -1
        ? { ...request, target: target.slice(0, mark + 1) + text(target.slice(mark + 1)) }
        : {
            ...request,
            rawHeaders: rawHeaders.with(authorization + 1, text(rawHeaders[authorization + 1] ?? '')),
          },
    () => ({ ...request, target: text(target) }),
    () => ({ ...request, rawHeaders: rawHeaders.with(any, text(rawHeaders[any] ?? '')) }),
    () => ({
      ...request,
      rawHeaders: [...rawHeaders, rawHeaders[any - (any % 2)] ?? '', text(rawHeaders[any | 1] ?? '')],
    }),
    () => ({ ...request, body: Buffer.from(text(Buffer.from(request.body).toString('latin1')), 'latin1') }),
  ]
  return random.pick(kinds)()
}

function checkOne({ options, key }: Base, request: Base['request'], isDiagnosed: boolean): string {
  const result = sigv4.verify(request, options)
  if (result.ok) {
    if (!acceptsByTheBook(request, key)) broken('verify accepts what the slow verifier refuses', request)
    return 'accepted'
  }
  if (isDiagnosed) {
    const found = sigv4.diagnose(request, options, result)
    if (found.length === 0) broken('diagnose says nothing', request)
    if (JSON.stringify(found).includes(key.secretAccessKey)) broken('diagnose tells the secret', request)
  }
  return result.code
}

const sha256 = (data: string | Uint8Array): string => createHash('sha256').update(data).digest('hex')

/**
 * Verifies the slow way, from the specification alone: one claim, read leniently, and everything in it compared with what
 * may be there. It refuses less than AWS does, and nothing that it refuses may be let in.
 */
function acceptsByTheBook(request: Base['request'], key: Key): boolean {
  const headers: (readonly [string, string])[] = []
  for (let at = 0; at < request.rawHeaders.length; at += 2) {
    headers.push([request.rawHeaders[at] ?? '', request.rawHeaders[at + 1] ?? ''])
  }
  const valueOf = (name: string): string | undefined =>
    headers.find(([other]) => other.toLowerCase() === name)?.[1]
  const query = new Map(
    request.target
      .slice(request.target.indexOf('?') + 1)
      .split('&')
      .map((pair) => {
        const [name = '', ...value] = pair.split('=')
        return [decode(name), decode(value.join('='))] as const
      }),
  )
  const authorization = valueOf('authorization')
  const field = (name: string): string | undefined =>
    authorization === undefined
      ? query.get(`X-Amz-${name}`)
      : new RegExp(`(?:^|[\\s,])${name}\\s*=\\s*([^\\s,]*)`).exec(authorization)?.[1]
  const amzDate =
    (authorization === undefined ? query.get('X-Amz-Date') : valueOf('x-amz-date'))?.trim() ?? ''
  const { accessKeyId, secretAccessKey, sessionToken, region, service, now } = key
  const day = amzDate.slice(0, 8)
  if (!/^\d{8}T\d{6}Z$/.test(amzDate)) return false
  if (field('Credential') !== `${accessKeyId}/${day}/${region}/${service}/aws4_request`) return false
  const token =
    authorization === undefined ? query.get('X-Amz-Security-Token') : valueOf('x-amz-security-token')?.trim()
  if (token !== sessionToken) return false
  const ageSeconds = (now.getTime() - dateOf(amzDate).getTime()) / 1000
  const holdsSeconds = authorization === undefined ? Number(query.get('X-Amz-Expires')) : 300
  if (!(ageSeconds >= -300 && ageSeconds <= holdsSeconds)) return false
  const signedHeaders = field('SignedHeaders')?.toLowerCase().split(';') ?? []
  if (!signedHeaders.includes('host')) return false
  const hash = sha256(request.body)
  const stated = valueOf('x-amz-content-sha256')
  if (stated !== undefined && stated !== hash) return false
  const canonical = canonicalRequest({ ...request, headers, signedHeaders, payloadHash: hash, service })
  const scope = `${day}/${region}/${service}/aws4_request`
  // A header beyond ASCII, whose every character is one byte, is signed as the UTF-8 of its characters by some clients and as its
  // bytes by others; both are taken, by the guess at `hasBytes` in packages/sigv4/src/verify.ts. What is signed is a string of
  // bytes either way: the second reading lets nothing in whose bytes the client has not signed. All else has one reading.
  const isBytes = /[\x80-\xff]/.test(canonical) && !/[^\0-\xff]/.test(canonical)
  return (isBytes ? (['utf8', 'latin1'] as const) : (['utf8'] as const)).some((encoding) => {
    const toSign = `AWS4-HMAC-SHA256\n${amzDate}\n${scope}\n${sha256(Buffer.from(canonical, encoding))}`
    let secret: Buffer = Buffer.from(`AWS4${secretAccessKey}`)
    for (const part of [day, region, service, 'aws4_request', toSign]) {
      secret = createHmac('sha256', secret).update(part).digest()
    }
    return field('Signature') === secret.toString('hex')
  })
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return text
  }
}
