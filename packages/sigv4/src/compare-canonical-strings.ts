import { type CanonicalStrings, readCanonicalStrings } from './canonical-strings.ts'
import { emptyPayloadHash } from './canonical-request.ts'
import {
  fixBody,
  fixEncoding,
  fixHeader,
  fixHeaderOrder,
  fixHost,
  fixLayout,
  fixMethod,
  fixNoBody,
  fixPath,
  fixPathTwice,
  fixQuery,
  fixQueryOrder,
} from './fixes.ts'
import { createSecretHider, isSecretName, maskToken, showText } from './mask.ts'

/** A line of the canonical request or of the string to sign; `key` stands for what makes a signature of them. */
export type CanonicalPart =
  | 'layout'
  | 'method'
  | 'path'
  | 'query'
  | 'header'
  | 'signedHeaders'
  | 'payloadHash'
  | 'algorithm'
  | 'date'
  | 'scope'
  | 'canonicalRequestHash'
  | 'key'

/** One line, or one pair of the query, that the two sides do not share. */
export interface CanonicalDifference {
  readonly part: CanonicalPart
  /** The name of the header, or of the pair in the query; absent where their order differs. */
  readonly name?: string
  /** What the server made of the request, secrets masked; undefined where it has no such line. */
  readonly expected: string | undefined
  /** What the client signed, secrets masked; undefined where it has no such line. */
  readonly signed: string | undefined
  /** Where the two first differ, in characters, from 1. */
  readonly column: number
  /** What happened and why. */
  readonly says: string
  /** What to do. */
  readonly fix: string
}

interface Line {
  readonly part: CanonicalPart
  readonly name?: string
  readonly value: string
}

type Lines = ReadonlyMap<string, Line>

/** More tokens than these in one request are not looked for in the other lines. */
const mostTokens = 8

/** More would help nobody, and a hostile body could hold as many lines as it likes. */
const mostDifferences = 100

/**
 * Compares what a server made of a request with what its client signed, line by line.
 * @param expected the body of the server's 403, or its two strings, such as those of `verify`'s trace
 * @param signed the two strings of the client, such as those that `sign` returns
 * @returns what differs, in the order of the lines; `key` alone when both sides are the same, which leaves the secret
 * and the key derived from it; undefined when the body holds no canonical request
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/signature-v4-troubleshooting.html
 * @example
 * const signed = sign(request, options)
 * for (const { says, fix } of compareCanonicalStrings(await response.text(), signed) ?? []) console.log(says, fix)
 */
export function compareCanonicalStrings(
  expected: string | CanonicalStrings,
  signed: CanonicalStrings,
): CanonicalDifference[] | undefined {
  const server = typeof expected === 'string' ? readCanonicalStrings(expected) : expected
  const wanted = server && readLines(server)
  if (!wanted) return undefined
  const given = readLines(signed)
  const hide = createSecretHider([...listTokens(wanted), ...listTokens(given ?? new Map())])
  if (!given) return [describe({ part: 'layout', value: '' }, undefined, undefined, hide)]
  const differences: CanonicalDifference[] = []
  for (const [key, line] of new Map([...wanted, ...given])) {
    const expectedValue = wanted.get(key)?.value
    const signedValue = given.get(key)?.value
    if (isSame(line, expectedValue, signedValue)) continue
    if (differences.length >= mostDifferences) break
    differences.push(describe(line, expectedValue, signedValue, hide))
  }
  if (!differences.some(({ part }) => part === 'query')) {
    const [expectedOrder, signedOrder] = [listPairs(wanted), listPairs(given)]
    if (expectedOrder !== signedOrder)
      differences.push(describe({ part: 'query', value: '' }, expectedOrder, signedOrder, hide))
  }
  // The hash of another canonical request is another one: the other lines tell why.
  const ownLines = differences.filter(({ part }) => !stringToSignParts.some((one) => one === part))
  if (ownLines.length > 0) return differences.filter(({ part }) => part !== 'canonicalRequestHash')
  if (differences.length > 0) return differences
  return [describe({ part: 'key', value: '' }, undefined, undefined, hide)]
}

function listPairs(lines: Lines): string {
  const pairs: string[] = []
  for (const { part, name } of lines.values()) if (part === 'query') pairs.push(name ?? '')
  return pairs.join('&')
}

function isSame({ name }: Line, expected: string | undefined, signed: string | undefined): boolean {
  if (expected === signed) return true
  if (expected === undefined || signed === undefined || !isSecretName(name ?? '')) return false
  // A trace is masked, and what a client signed is not.
  return maskToken(expected) === signed || expected === maskToken(signed)
}

function readLines({ canonicalRequest, stringToSign }: CanonicalStrings): Lines | undefined {
  const texts = canonicalRequest.split('\n')
  const [method = '', path = '', query = ''] = texts
  const [empty, signedHeaders = '', payloadHash = ''] = texts.slice(-3)
  if (texts.length < 7 || empty !== '' || canonicalRequest.includes('\r')) return undefined
  const lines = new Map<string, Line>([
    ['method', { part: 'method', value: method }],
    ['path', { part: 'path', value: path }],
  ])
  addNamed(lines, 'query', query === '' ? [] : query.split('&'))
  addNamed(lines, 'header', texts.slice(3, -3))
  lines.set('signedHeaders', { part: 'signedHeaders', value: signedHeaders })
  lines.set('payloadHash', { part: 'payloadHash', value: payloadHash })
  const values = stringToSign?.split('\n') ?? []
  for (const [index, part] of stringToSignParts.entries()) {
    const value = values[index]
    if (value !== undefined) lines.set(part, { part, value })
  }
  return lines
}

const stringToSignParts = ['algorithm', 'date', 'scope', 'canonicalRequestHash'] as const

// A name that is repeated is told apart by how often it came before.
function addNamed(lines: Map<string, Line>, part: 'query' | 'header', texts: readonly string[]): void {
  const mark = part === 'query' ? '=' : ':'
  const counts = new Map<string, number>()
  for (const text of texts) {
    const end = text.indexOf(mark)
    const name = end < 0 ? text : text.slice(0, end)
    const count = counts.get(name) ?? 0
    counts.set(name, count + 1)
    lines.set(`${part} ${count} ${name}`, { part, name, value: end < 0 ? '' : text.slice(end + 1) })
  }
}

function listTokens(lines: Lines): string[] {
  const tokens: string[] = []
  for (const { name, value } of lines.values()) {
    if (tokens.length < mostTokens && isSecretName(name ?? '')) tokens.push(value)
  }
  return tokens
}

function describe(
  line: Line,
  expected: string | undefined,
  signed: string | undefined,
  hide: (text: string) => string,
): CanonicalDifference {
  const { part } = line
  const show = (value: string | undefined): string | undefined =>
    value === undefined ? undefined : isSecretName(line.name ?? '') ? maskToken(value) : hide(value)
  // A line that is no header may be taken for a name from end to end, so names are hidden in too.
  const name = line.name === undefined ? undefined : showText(hide(line.name))
  const told = {
    part,
    expected: show(expected),
    signed: show(signed),
    column: findColumn(expected ?? '', signed ?? ''),
  }
  return {
    ...told,
    ...(name === undefined ? {} : { name }),
    says: createSentence(told, name),
    fix: createFix(line, expected, signed),
  }
}

function findColumn(expected: string, signed: string): number {
  let index = 0
  while (index < expected.length && expected[index] === signed[index]) index++
  return index + 1
}

interface Told {
  readonly part: CanonicalPart
  readonly expected: string | undefined
  readonly signed: string | undefined
  readonly column: number
}

const labels: Readonly<Record<CanonicalPart, string>> = {
  layout: 'What the client signed is not laid out as a canonical request.',
  method: 'The method',
  path: 'The path',
  query: 'The order of the query',
  header: 'The header',
  signedHeaders: 'The list of signed headers',
  payloadHash: "The body's hash",
  algorithm: 'The algorithm',
  date: 'The time of signing',
  scope: 'The credential scope',
  canonicalRequestHash:
    'Both sides have the same canonical request, and the client got another hash of it: it hashed another text, or the same in another charset or with other line ends.',
  key: 'Both sides have the same canonical request and string to sign: only the secret access key, or the key derived from it, can be wrong.',
}

function createSentence({ part, expected, signed, column }: Told, name: string | undefined): string {
  const label = labels[part]
  if (label.endsWith('.')) return label
  const subject =
    name === undefined ? label : part === 'query' ? `The query's \`${name}\`` : `${label} \`${name}\``
  if (signed === undefined) return `${subject} was not signed: the server read ${quote(expected)}.`
  if (expected === undefined)
    return `${subject} was signed as ${quote(signed)}, and the server did not get it.`
  return `${subject} differs from character ${column} on: the server read ${quote(expected)}, and ${quote(signed)} was signed.`
}

function quote(value: string | undefined): string {
  return value === undefined || value === '' ? 'nothing' : `\`${showText(value)}\``
}

const fixOfPart: Readonly<Record<CanonicalPart, string>> = {
  layout: fixLayout,
  method: fixMethod,
  path: fixPath,
  query: fixQuery,
  header: fixHeader,
  signedHeaders: fixHeaderOrder,
  payloadHash: fixBody,
  algorithm: 'Sign with AWS4-HMAC-SHA256.',
  date: 'Put the same time into X-Amz-Date and into the string to sign, in UTC.',
  scope: 'Sign for the day of X-Amz-Date, and for the region and the service of the host.',
  canonicalRequestHash:
    'Hash the UTF-8 bytes of the canonical request, with single line feeds between its lines.',
  key: 'Compare the secret access key with the one issued with this access key id, then check how the signing key is derived.',
}

function createFix({ part, name }: Line, expected: string | undefined, signed: string | undefined): string {
  if (part === 'path' && expected === signed?.replaceAll('%', '%25')) return fixPathTwice
  if (part === 'query' && name === undefined) return fixQueryOrder
  if ((part === 'path' || part === 'query') && isOtherEncoding(expected, signed)) return fixEncoding
  if (part === 'header' && name === 'host') return fixHost
  if (part === 'payloadHash' && signed === emptyPayloadHash) return fixNoBody
  return fixOfPart[part]
}

function isOtherEncoding(expected = '', signed = ''): boolean {
  return decodeFully(expected) === decodeFully(signed)
}

// Encoded twice at most: the path's canonical form is.
function decodeFully(text: string): string {
  try {
    return decodeURIComponent(decodeURIComponent(text.replaceAll('+', '%20')))
  } catch {
    return text
  }
}
