import { createHeaderValue, isHeaderName } from './headers.ts'
import type { HeaderPair, HttpResponseHead } from './types.ts'

/** A value read, or why it cannot be: the reason is for the developer of the function, never for the client. */
export type Reading<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly reason: string }

/** What happens to a header the function set under a name that belongs to the front door. */
const headerRules: Readonly<Record<string, 'remap' | 'drop'>> = {
  connection: 'remap',
  'content-length': 'remap',
  server: 'remap',
  'www-authenticate': 'remap',
  // guess: as API Gateway does.
  date: 'remap',
  // guess: these would change how the message is framed, so they never reach the client.
  'keep-alive': 'drop',
  'proxy-connection': 'drop',
  te: 'drop',
  trailer: 'drop',
  'transfer-encoding': 'drop',
  upgrade: 'drop',
}

/** guess: a status outside these bounds is a malformed result; below 200 the client would wait for another answer. */
const guessStatusBounds = { least: 200, most: 599 } as const

const fail = (reason: string): { ok: false; reason: string } => ({ ok: false, reason })
const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Shows a value that is wrong without showing much of it. */
function describe(value: unknown): string {
  if (Array.isArray(value)) return 'an array'
  if (typeof value === 'object') return value === null ? 'null' : 'an object'
  return JSON.stringify(typeof value === 'string' ? value.slice(0, 40) : value)
}

/**
 * Reads status, headers and cookies of a function's result or of a streaming prelude.
 *
 * @param result The parsed object.
 * @param defaultContentType Added when the function sets no content type.
 * @returns Headers remapped, cookies as `set-cookie`; or the reason why the front door answers 502.
 */
export function readHead(
  result: Readonly<Record<string, unknown>>,
  defaultContentType: string,
): Reading<HttpResponseHead> {
  const status = readStatus(result['statusCode'])
  if (!status.ok) return status
  const headers = readHeaders(result['headers'])
  if (!headers.ok) return headers
  const cookies = readCookies(result['cookies'])
  if (!cookies.ok) return cookies
  const typed = headers.value.some(([name]) => name.toLowerCase() === 'content-type')
  const type: HeaderPair[] = typed ? [] : [['content-type', defaultContentType]]
  return {
    ok: true,
    value: { statusCode: status.value, headers: [...type, ...headers.value, ...cookies.value] },
  }
}

function readStatus(value: unknown): Reading<number> {
  if (value === undefined) return { ok: true, value: 200 }
  const numeric = typeof value === 'number' || (typeof value === 'string' && /^\d{3}$/.test(value))
  const status = numeric ? Number(value) : Number.NaN
  const { least, most } = guessStatusBounds
  if (Number.isInteger(status) && status >= least && status <= most) return { ok: true, value: status }
  return fail(
    `statusCode must be a number from ${least} to ${most}, or such a number as a string; it is ${describe(value)}`,
  )
}

function readHeaders(value: unknown): Reading<HeaderPair[]> {
  if (value === undefined || value === null) return { ok: true, value: [] }
  if (!isRecord(value)) return fail(`headers must be an object of strings; it is ${describe(value)}`)
  // guess: of a name repeated in another case the last wins; there is one value a name.
  const pairs = new Map<string, HeaderPair>()
  for (const [name, raw] of Object.entries(value)) {
    const pair = readHeader(name, raw)
    if (!pair.ok) return pair
    if (pair.value !== undefined) pairs.set(name.toLowerCase(), pair.value)
  }
  return { ok: true, value: [...pairs.values()] }
}

function readHeader(name: string, raw: unknown): Reading<HeaderPair | undefined> {
  if (!isHeaderName(name)) return fail(`the header name ${describe(name)} is not an HTTP token`)
  // guess: numbers and booleans are taken as their text.
  if (typeof raw !== 'string' && typeof raw !== 'number' && typeof raw !== 'boolean') {
    return fail(`the header ${name} must be a string; it is ${describe(raw)}`)
  }
  const value = createHeaderValue(String(raw))
  if (value === undefined) return fail(`the header ${name} holds a line break or another control character`)
  const key = name.toLowerCase()
  const rule = Object.hasOwn(headerRules, key) ? headerRules[key] : undefined
  if (rule === 'drop') return { ok: true, value: undefined }
  return { ok: true, value: [rule === 'remap' ? `x-amzn-Remapped-${name}` : name, value] }
}

function readCookies(value: unknown): Reading<HeaderPair[]> {
  if (value === undefined || value === null) return { ok: true, value: [] }
  if (!Array.isArray(value)) return fail(`cookies must be an array of strings; it is ${describe(value)}`)
  const pairs: HeaderPair[] = []
  for (const [index, entry] of (value as unknown[]).entries()) {
    const cookie = typeof entry === 'string' ? createHeaderValue(entry) : undefined
    if (cookie === undefined) return fail(`cookies[${index}] must be a string without line breaks`)
    pairs.push(['set-cookie', cookie])
  }
  return { ok: true, value: pairs }
}
