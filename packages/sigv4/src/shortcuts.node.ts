import type { AuthorizationFields } from './authorization-fields.ts'
import {
  type HeaderName,
  readHeaderName as readAnyHeaderName,
  readMethod as readAnyMethod,
} from './header-name.ts'

// Ways past work that mostly changes nothing: each sees in one pass that a text is canonical already, or remembers
// what was read before. `shortcuts.test.ts` holds that taking them changes no result.

const ampersand = 38
const slash = 47
const equals = 61
const blank = 32

/** 1 at the codes of RFC 3986's unreserved characters. */
const unreserved = new Uint8Array(128)
for (const character of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~') {
  unreserved[character.charCodeAt(0)] = 1
}

/**
 * Tells whether a query is its own canonical form.
 * @param query the text after `?`
 * @returns true when it consists of `name=value` pairs in unreserved characters, sorted; false when it may not
 */
export function isCanonicalQuery(query: string): boolean {
  let before = -1 // Where the pair before stands, as far as it equals this one.
  let start = 0
  let hasValue = false
  let isLater = true // Whether this pair is known to come after the one before.
  for (let index = 0; index <= query.length; index++) {
    const code = index < query.length ? query.charCodeAt(index) : ampersand
    if (code === equals && hasValue) return false
    if (code !== equals && code !== ampersand && unreserved[code] !== 1) return false
    if (!isLater) {
      const difference = rank(code) - rank(query.charCodeAt(before++))
      if (difference < 0) return false
      // Equal to the end: the same pair twice.
      isLater = difference > 0 || code === ampersand
    }
    if (code === equals) hasValue = true
    if (code !== ampersand) continue
    if (!hasValue) return query === ''
    before = start
    start = index + 1
    hasValue = false
    isLater = false
  }
  return true
}

// The end of a pair comes before all, the end of a name before any character.
function rank(code: number): number {
  return code === ampersand ? -2 : code === equals ? -1 : code
}

/**
 * Tells whether one name or value of a query is its own canonical form.
 * @param text the name or value as on the request line
 * @returns true when it holds unreserved characters and the upper-case triplets of all others
 */
export function isEncoded(text: string): boolean {
  return !/[^\w.~%-]|%(?![\dA-F]{2})|%(?:2[DE]|3\d|[46][1-9A-F]|[57][\dA]|5F|7E)/.test(text)
}

/**
 * Tells whether a path is its own canonical form.
 * @param path the path as on the request line
 * @returns true when it holds unreserved characters and no empty and no dot segments; false when it may not
 */
export function isCanonicalPath(path: string): boolean {
  let before = 0
  for (let index = 0; index < path.length; index++) {
    const code = path.charCodeAt(index)
    if (code === slash ? before === slash : unreserved[code] !== 1 || (code === 46 && before === slash)) {
      return false
    }
    before = code
  }
  return path.charCodeAt(0) === slash
}

const shortValue = 64

/**
 * Tells whether a header value is its own canonical form.
 * @param value as sent
 * @returns true when no blank stands at its ends or beside another; false when it may not
 */
export function isCanonicalValue(value: string): boolean {
  // Native searches are cheaper than a pass of ours over a long token.
  if (value.length > shortValue && !value.includes(' ') && value.trim() === value) {
    return !value.includes('\t') && !value.includes('\n') && !value.includes('\r')
  }
  let before = blank
  for (let index = 0; index < value.length; index++) {
    const code = value.charCodeAt(index)
    if (code < blank || (code === blank && before === blank)) return false
    before = code
  }
  return before !== blank || value === ''
}

const beforeCredential = 'AWS4-HMAC-SHA256 Credential='
const beforeNames = ', SignedHeaders='
const beforeSignature = ', Signature='

/**
 * Reads an Authorization header in the form that nearly all signers write.
 * @param value the header's value
 * @returns its fields, or undefined when it has to be read in full
 */
export function readPlainAuthorization(value: string): AuthorizationFields | undefined {
  const second = value.indexOf(beforeNames)
  const third = value.indexOf(beforeSignature)
  if (!value.startsWith(beforeCredential) || second < beforeCredential.length || third < second) {
    return undefined
  }
  const Credential = value.slice(beforeCredential.length, second)
  const SignedHeaders = value.slice(second + beforeNames.length, third)
  const Signature = value.slice(third + beforeSignature.length)
  if (!isOneField(Credential) || !isOneField(SignedHeaders) || !isOneField(Signature)) return undefined
  return { algorithm: 'AWS4-HMAC-SHA256', Credential, SignedHeaders, Signature }
}

function isOneField(text: string): boolean {
  return text !== '' && !text.includes(' ') && !text.includes(',')
}

const keptTexts = 256
const longestKeptText = 64

/** Makes a function remember what it gave for the names that every request repeats. */
function remember<Value>(read: (text: string) => Value): (text: string) => Value {
  const known = new Map<string, Value>()
  return (text) => {
    const before = known.get(text)
    if (before !== undefined) return before
    const value = read(text)
    // Whoever sends new names with every request costs themselves the shortcut, and no memory.
    if (known.size >= keptTexts) known.clear()
    if (text.length <= longestKeptText) known.set(text, value)
    return value
  }
}

/** Lower-cases a header name. */
export const lowerCase: (name: string) => string = /* @__PURE__ */ remember((name) => name.toLowerCase())

/** Reads a header name, or remembers it. */
export const readHeaderName: (name: string) => HeaderName = /* @__PURE__ */ remember(readAnyHeaderName)

/** Reads a method, or remembers it. */
export const readMethod: (method: string) => string = /* @__PURE__ */ remember(readAnyMethod)
