import { sha256Hex } from '#sha256'
import type { CanonicalHeader } from './canonical-headers.ts'
import { emptyPayloadHash, unsignedPayload } from './canonical-request.ts'
import type { Attempt, Situation } from './situation.ts'

/** The largest body, in bytes, that is taken apart to see how else it may have been serialised. */
const longestParsedBytes = 262_144

/** Assumes that the body was empty when it was signed. */
export function* attemptEmptyBody(): Iterable<Attempt> {
  yield { parts: { payloadHash: emptyPayloadHash } }
}

/** Assumes that the body was left out of the signature. */
export function* attemptUnsignedPayload(): Iterable<Attempt> {
  yield { parts: { payloadHash: unsignedPayload } }
}

/** Assumes that the body was signed in chunks, as S3 takes it. */
export function* attemptStreaming(situation: Situation): Iterable<Attempt> {
  for (const attempt of attemptStatedHash(situation)) {
    if (attempt.parts?.payloadHash?.startsWith('STREAMING-')) yield attempt
  }
}

/** Assumes that the body was the one whose hash the request states. */
export function* attemptStatedHash({ context }: Situation): Iterable<Attempt> {
  const payloadHash = context.headers.get('x-amz-content-sha256')?.value
  const detail = context.request.body.length === 0 ? 'lost' : 'changed'
  if (payloadHash !== undefined) yield { parts: { payloadHash }, detail }
}

/** What is signed by callers that have no body, or that hand over something other than text. */
const placeholders = ['{}', 'null', 'undefined', '""', '[]', '[object Object]']

/** Assumes that the same body was serialised in another way. */
export function* attemptBodies(situation: Situation): Iterable<Attempt> {
  const { body } = situation.context.request
  if (body.length > longestParsedBytes) return
  for (const text of placeholders) yield* attemptText(situation, text, `as the text \`${text}\``)
  if (body.length === 0) return
  const text = new TextDecoder().decode(body)
  for (const [detail, other] of Object.entries(listTexts(text))) yield* attemptText(situation, other, detail)
  for (const [detail, other] of Object.entries(listJson(text))) {
    yield* attemptText(situation, other, detail)
    yield* attemptText(situation, other + '\n', `${detail} and with a newline at its end`)
  }
}

// `TextDecoder` drops a byte order mark, so the text as it is lacks the one that arrived.
function listTexts(text: string): Record<string, string> {
  return {
    'without its byte order mark': text,
    'with a newline at its end': text + '\n',
    'without the white space at its end': text.trimEnd(),
    'with LF line ends': text.replaceAll('\r\n', '\n'),
    'with CR LF line ends': text.replaceAll(/\r?\n/g, '\r\n'),
    'as a JSON string, serialised twice': JSON.stringify(text),
    'with `+` for each blank of the form': text.replaceAll('%20', '+'),
    'with `%20` for each blank of the form': text.replaceAll('+', '%20'),
  }
}

// A value nested without end, or with members that are no text, is not worth a refusal of its own.
function listJson(text: string): Record<string, string> {
  try {
    return listJsonOf(JSON.parse(text))
  } catch {
    return {}
  }
}

function listJsonOf(value: unknown): Record<string, string> {
  const compact = JSON.stringify(value)
  const spaced = formatSpacedJson(value)
  const sorted = sortKeys(value)
  return {
    'as compact JSON': compact,
    'as JSON with a blank after each comma and colon, as Python writes it,': spaced,
    'as JSON in ASCII with blanks, as Python writes it,': escapeBeyondAscii(spaced),
    'as compact JSON in ASCII': escapeBeyondAscii(compact),
    'as JSON indented by two blanks': JSON.stringify(value, undefined, 2),
    'as JSON indented by four blanks': JSON.stringify(value, undefined, 4),
    'as compact JSON with its keys sorted': JSON.stringify(sorted),
    'as JSON with its keys sorted, as Python writes it,': escapeBeyondAscii(formatSpacedJson(sorted)),
    'as a form': formatForm(value),
    'as it was before it was serialised a second time': typeof value === 'string' ? value : compact,
  }
}

/** Assumes that the body was signed in another charset than it was sent in. */
export function* attemptCharsets({ context }: Situation): Iterable<Attempt> {
  const { body } = context.request
  if (body.length > longestParsedBytes || body.every((byte) => byte < 128)) return
  // Not `windows-1252`, as which the label `latin1` is read: here each byte is one character.
  const characters = Array.from(body, (byte) => String.fromCharCode(byte)).join('')
  yield { parts: { payloadHash: sha256Hex(characters) }, detail: 'UTF-8, and sent as Latin-1' }
  const text = new TextDecoder().decode(body)
  const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0))
  yield { parts: { payloadHash: sha256Hex(bytes) }, detail: 'Latin-1, and sent as UTF-8' }
}

// Some signers sign the body's length too, which changes with it.
function* attemptText({ parts }: Situation, text: string, detail: string): Iterable<Attempt> {
  const payloadHash = sha256Hex(text)
  if (payloadHash === parts.payloadHash) return
  const length = String(new TextEncoder().encode(text).length)
  const headers = parts.headers.map((header): CanonicalHeader =>
    header[0] === 'content-length' ? ['content-length', length] : header,
  )
  const isLengthSigned = parts.headers.some(([name]) => name === 'content-length')
  yield { parts: isLengthSigned ? { payloadHash, headers } : { payloadHash }, detail }
}

function formatSpacedJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(formatSpacedJson).join(', ')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const members = Object.entries(value).map(
    ([name, member]) => `${JSON.stringify(name)}: ${formatSpacedJson(member)}`,
  )
  return `{${members.join(', ')}}`
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys)
  if (typeof value !== 'object' || value === null) return value
  const members = Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1))
  return Object.fromEntries(members.map(([name, member]) => [name, sortKeys(member)]))
}

function formatForm(value: unknown): string {
  if (typeof value !== 'object' || value === null) return ''
  const pairs = Object.entries(value).map(([name, member]): [string, string] => [name, String(member)])
  return new URLSearchParams(pairs).toString()
}

function escapeBeyondAscii(text: string): string {
  return text.replaceAll(
    /[\u0080-\uffff]/g,
    (unit) => '\\u' + unit.charCodeAt(0).toString(16).padStart(4, '0'),
  )
}
