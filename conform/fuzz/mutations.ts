import { createHash } from 'node:crypto'
import type { RawRequest } from '@furlong/sigv4'
import { canonicalRequest, canonicalValue } from '../sigv4/reference.ts'
import type { Sigv4 } from '../sigv4/check.ts'
import type { FuzzCase, Pair } from './cases.ts'
import type { Finding } from './findings.ts'
import { createRandom, type Random } from './random.ts'
import { isJudged, type Ours, receiveSent, verifyingOf } from './signing.ts'

/** Where a request was changed. */
type Place = 'path' | 'query' | 'header name' | 'header value' | 'header order' | 'body' | 'method'

/** A change of one byte, or of one place. */
interface Mutation {
  readonly place: Place
  /** The header changed, in lower case. */
  readonly header: string
  readonly request: RawRequest
}

interface Equivalence {
  readonly id: string
  readonly says: string
  readonly when: (mutation: Mutation, fuzz: FuzzCase, signedHeaders: readonly string[]) => boolean
}

/** The changes after which a request is still the one that was signed, under AWS's canonicalisation. */
export const equivalences: readonly Equivalence[] = [
  {
    id: 'path-segments',
    says: 'empty and dot segments are removed, for every service but S3',
    when: ({ place }, { service }) => place === 'path' && service !== 's3',
  },
  {
    id: 'path-s3-triplets',
    says: 'a character and its triplet are the same in an S3 path, in either case of its digits',
    when: ({ place }, { service }) => place === 'path' && service === 's3',
  },
  {
    id: 'query-spelling',
    says: 'the query is decoded, sorted and encoded again: order, `+` and `%20`, hex case, `flag` and `flag=`, `&&`',
    when: ({ place }) => place === 'query',
  },
  {
    id: 'header-unsigned',
    says: 'a header that is not signed may change on its way',
    when: ({ place, header }, _, signedHeaders) =>
      (place === 'header value' || place === 'header name') &&
      header !== 'authorization' &&
      !signedHeaders.includes(header),
  },
  {
    id: 'header-name-case',
    says: 'the names of headers have no case',
    when: ({ place }) => place === 'header name',
  },
  {
    id: 'authorization-layout',
    says: 'blanks and commas divide the fields of Authorization, however many; fields of other names mean nothing',
    when: ({ place, header }) => place === 'header value' && header === 'authorization',
  },
  {
    id: 'header-blanks',
    says: 'values are trimmed, and blanks and tabs in a row are one blank',
    when: ({ place }) => place === 'header value',
  },
  {
    id: 'header-order',
    says: 'headers are sorted by name; only repeats of one name keep their order',
    when: ({ place }) => place === 'header order',
  },
  {
    id: 'body-unsigned',
    says: 'the body of a request signed with UNSIGNED-PAYLOAD is not covered, where that is allowed',
    when: ({ place }, { isUnsigned }) => place === 'body' && isUnsigned,
  },
]

const nasty = [
  '/',
  '/./',
  '.',
  '%',
  '2',
  'F',
  'e',
  '&',
  '=',
  '+',
  ';',
  '?',
  ' ',
  '\t',
  ',',
  'A',
  'z',
  '0',
  '~',
  '-',
  "'",
  ':',
  '\u00e9',
  '#',
] as const

/**
 * Changes a signed request in one place and puts it to `verify`: refused, unless the reference says it is the same.
 * @param sigv4 the package
 * @param seed the run's seed
 * @param fuzz the case
 * @param ours what the package made of it
 * @param times how many changes to try, each of the request as it was
 */
export function checkMutations(
  sigv4: Sigv4,
  seed: number,
  fuzz: FuzzCase,
  ours: Ours,
  times: number,
): Finding[] {
  if (!isJudged(fuzz)) return []
  const random = createRandom(seed ^ 0x5bd1e995, fuzz.index)
  const original = receiveSent(ours.sent)
  const before = fingerprint(original, ours.signedHeaders, fuzz)
  const options = verifyingOf(fuzz)
  const findings: Finding[] = []
  for (let time = 0; time < times; time++) {
    const mutation = mutate(random, original)
    if (isSame(mutation.request, original)) continue
    const isEquivalent = fingerprint(mutation.request, ours.signedHeaders, fuzz) === before
    const ok = tryVerify(() => sigv4.verify(mutation.request, options))
    findings.push(judge(mutation, fuzz, ours, isEquivalent, ok))
  }
  return findings
}

// Whatever it receives, a verifier must answer: one that throws can be stopped by anybody.
function tryVerify(verify: () => { ok: boolean }): boolean | string {
  try {
    return verify().ok
  } catch (error) {
    return `threw ${String(error)}`
  }
}

function judge(
  mutation: Mutation,
  fuzz: FuzzCase,
  ours: Ours,
  isEquivalent: boolean,
  ok: boolean | string,
): Finding {
  const what = `a changed ${mutation.place}`
  if (isEquivalent !== ok) {
    const { target, rawHeaders } = mutation.request
    const verdict =
      typeof ok === 'string'
        ? ok
        : ok
          ? 'accepted, against the reference'
          : 'refused, though it is the same to the reference'
    return { kind: 'unexplained', what, detail: `${verdict}: ${JSON.stringify({ target, rawHeaders })}` }
  }
  if (!ok) return { kind: 'agrees', what: `${what} is refused` }
  const row = equivalences.find(({ when }) => when(mutation, fuzz, ours.signedHeaders))
  if (!row)
    return { kind: 'unexplained', what, detail: 'accepted, and no row says why that is the same request' }
  return { kind: 'explained', what, oracle: 'verify', by: { ...row, link: '' } }
}

function mutate(random: Random, request: RawRequest): Mutation {
  const { target, rawHeaders, body } = request
  const mark = `${target}?`.indexOf('?')
  const roll = random.below(20)
  if (roll < 5 && mark > 1) {
    const path = `/${changeText(random, target.slice(1, mark))}`
    return { place: 'path', header: '', request: { ...request, target: path + target.slice(mark) } }
  }
  if (roll < 11 && mark < target.length) {
    const query = random.chance(0.3)
      ? swapPairs(random, target.slice(mark + 1))
      : changeText(random, target.slice(mark + 1))
    return {
      place: 'query',
      header: '',
      request: { ...request, target: `${target.slice(0, mark)}?${query}` },
    }
  }
  if (roll < 13 && body.length > 0) {
    const changed = Uint8Array.from(body)
    const at = random.below(body.length)
    changed[at] = (changed[at] ?? 0) ^ (1 << random.below(8))
    return { place: 'body', header: '', request: { ...request, body: changed } }
  }
  if (roll === 13)
    return {
      place: 'method',
      header: '',
      request: { ...request, method: changeText(random, request.method) },
    }
  if (roll === 14) return moveHeader(random, request)
  const at = random.below(rawHeaders.length / 2) * 2
  const isName = random.chance(0.2)
  const [name = '', value = ''] = rawHeaders.slice(at, at + 2)
  const changed = isName ? changeName(random, name) : changeText(random, value)
  const headers = [...rawHeaders]
  headers[isName ? at : at + 1] = changed
  const place = isName ? 'header name' : 'header value'
  return { place, header: name.toLowerCase(), request: { ...request, rawHeaders: headers } }
}

function changeText(random: Random, text: string): string {
  const at = random.below(text.length + 1)
  const put = random.pick(nasty)
  const kind = random.below(4)
  if (kind === 0) return text.slice(0, at) + put + text.slice(at)
  if (kind === 1) return text.slice(0, at) + text.slice(at + 1)
  if (kind === 2) return text.slice(0, at) + put + text.slice(at + 1)
  const character = text.charAt(at)
  const other = character === character.toUpperCase() ? character.toLowerCase() : character.toUpperCase()
  return text.slice(0, at) + other + text.slice(at + 1)
}

function changeName(random: Random, name: string): string {
  const at = random.below(name.length)
  if (random.chance(0.5)) return name.slice(0, at) + name.charAt(at).toUpperCase() + name.slice(at + 1)
  return `${name.slice(0, at)}q${name.slice(at + 1)}`
}

function swapPairs(random: Random, query: string): string {
  const pairs = query.split('&')
  const [one, other] = [random.below(pairs.length), random.below(pairs.length)]
  const kept = pairs[one] ?? ''
  pairs[one] = pairs[other] ?? ''
  pairs[other] = kept
  return pairs.join('&')
}

function moveHeader(random: Random, request: RawRequest): Mutation {
  const pairs = pairsOf(request)
  const [moved] = pairs.splice(random.below(pairs.length), 1)
  if (moved) pairs.splice(random.below(pairs.length + 1), 0, moved)
  return { place: 'header order', header: '', request: { ...request, rawHeaders: pairs.flat() } }
}

function pairsOf({ rawHeaders }: RawRequest): Pair[] {
  const pairs: Pair[] = []
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    pairs.push([rawHeaders[index] ?? '', rawHeaders[index + 1] ?? ''])
  }
  return pairs
}

function isSame(left: RawRequest, right: RawRequest): boolean {
  return (
    left.method === right.method &&
    left.target === right.target &&
    left.body === right.body &&
    left.rawHeaders.join('\n') === right.rawHeaders.join('\n')
  )
}

// All of a request that its signature, or the way in which it is signed, depends on.
function fingerprint(request: RawRequest, signedHeaders: readonly string[], fuzz: FuzzCase): string {
  const headers = pairsOf(request)
  const valuesOf = (wanted: string): string[] =>
    headers.filter(([name]) => name.toLowerCase() === wanted).map(([, value]) => canonicalValue(value))
  const stated = valuesOf('x-amz-content-sha256').join(',')
  const body =
    fuzz.isUnsigned && stated === 'UNSIGNED-PAYLOAD'
      ? ''
      : createHash('sha256').update(request.body).digest('hex')
  const mark = `${request.target}?`.indexOf('?')
  const given = /(?:^|&)X-Amz-Signature=([^&]*)/.exec(request.target.slice(mark + 1))?.[1] ?? ''
  const present = signedHeaders.map(
    (name) => valuesOf(name).length > 0 && (name !== 'host' || valuesOf(name).length === 1),
  )
  return [
    canonicalRequest({ ...request, headers, signedHeaders, payloadHash: stated, service: fuzz.service }),
    body,
    given,
    present.join(),
    readAuthorizationValue(valuesOf('authorization')),
    valuesOf('x-amz-date').length,
    valuesOf('x-amz-security-token').join(),
  ].join('\n')
}

// Blanks and commas divide the fields, however many; they may stand in any order, among others that mean nothing.
function readAuthorizationValue(values: readonly string[]): string {
  const [scheme = '', ...fields] = values.join('\n').split(/[ ,]+/)
  const isKnown = (field: string): boolean =>
    /^(?:Credential|SignedHeaders|Signature)=/.test(field) || !/=/.test(field)
  return `${scheme} ${fields
    .filter((field) => field !== '' && isKnown(field))
    .toSorted()
    .join()}`
}
