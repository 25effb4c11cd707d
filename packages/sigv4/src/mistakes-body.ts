import { sha256Hex } from '#sha256'
import { emptyPayloadHash, unsignedPayload } from './canonical-request.ts'
import type { Attempt, Situation } from './situation.ts'

/** The largest body that is taken apart to see how else it may have been serialised. */
const longestParsedBytes = 1_048_576

/** Assumes that the body was empty when it was signed. */
export function* attemptEmptyBody({ parts }: Situation): Iterable<Attempt> {
  if (parts.payloadHash !== emptyPayloadHash) yield { parts: { payloadHash: emptyPayloadHash } }
}

/** Assumes that the body was left out of the signature. */
export function* attemptUnsignedPayload(): Iterable<Attempt> {
  yield { parts: { payloadHash: unsignedPayload } }
}

/** Assumes that the body was the one whose hash the request states. */
export function* attemptStatedHash({ context }: Situation): Iterable<Attempt> {
  const payloadHash = context.headers.get('x-amz-content-sha256')?.value
  if (payloadHash !== undefined) yield { parts: { payloadHash } }
}

/** Assumes that the same body was serialised in another way. */
export function* attemptBodies({ context }: Situation): Iterable<Attempt> {
  const { body } = context.request
  if (body.length === 0 || body.length > longestParsedBytes) return
  const text = new TextDecoder().decode(body)
  yield attemptText(text + '\n', 'with a newline at its end')
  yield attemptText(text.trimEnd(), 'without the white space at its end')
  yield attemptText(text.replaceAll('\r\n', '\n'), 'with line feeds alone')
  yield attemptText(text.replaceAll('\n', '\r\n'), 'with CR LF line ends')
  const value = parseJson(text)
  if (value === undefined) return
  yield attemptText(JSON.stringify(value), 'as compact JSON')
  yield attemptText(JSON.stringify(value, undefined, 2), 'as JSON indented by two blanks')
  const spaced = formatSpacedJson(value)
  yield attemptText(spaced, 'as JSON with blanks after commas and colons, as Python writes it,')
  yield attemptText(escapeBeyondAscii(spaced), 'as JSON in ASCII with blanks, as Python writes it,')
  yield attemptText(escapeBeyondAscii(JSON.stringify(value)), 'as compact JSON in ASCII')
  yield attemptText(JSON.stringify(text), 'as a JSON string, serialised twice,')
}

function attemptText(text: string, detail: string): Attempt {
  return { parts: { payloadHash: sha256Hex(text) }, detail }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function formatSpacedJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(formatSpacedJson).join(', ')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const members = Object.entries(value).map(
    ([name, member]) => `${JSON.stringify(name)}: ${formatSpacedJson(member)}`,
  )
  return `{${members.join(', ')}}`
}

function escapeBeyondAscii(text: string): string {
  return text.replaceAll(
    /[\u0080-\uffff]/g,
    (unit) => '\\u' + unit.charCodeAt(0).toString(16).padStart(4, '0'),
  )
}
