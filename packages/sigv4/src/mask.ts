import type { CanonicalHeader } from './canonical-headers.ts'

/** Signed headers whose values are never shown: whoever reads them can act as the caller. */
const secretHeaders: ReadonlySet<string> = new Set([
  'authorization',
  'x-amz-security-token',
  'x-amz-s3session-token',
  'x-amz-access-token',
  'cookie',
  'x-api-key',
  'x-auth-token',
  'proxy-authorization',
])

const shownCharacters = 4
const shortestShown = 16
const longestShown = 120
const shortestSecret = 8

/**
 * Masks a token for logs and records.
 * @param value a session token, or any other secret text
 * @returns its first four characters and `…`; only `…` when it is short
 */
export function maskToken(value: string): string {
  return value.length < shortestShown ? '…' : value.slice(0, shownCharacters) + '…'
}

/**
 * Masks the values of headers that hold secrets.
 * @param headers canonical headers
 * @returns the same headers, fit for a record
 */
export function maskHeaders(headers: readonly CanonicalHeader[]): CanonicalHeader[] {
  return headers.map(([name, value]) => [name, maskHeader(name, value)])
}

/**
 * Tells whether the values under a name are secret.
 * @param name the lower-case name of a header, or the name of a pair in a query
 * @returns true for session tokens, signatures, cookies and keys
 */
export function isSecretName(name: string): boolean {
  return secretHeaders.has(name) || name === 'X-Amz-Security-Token' || name === 'X-Amz-Signature'
}

/**
 * Masks the value of a header if it holds a secret.
 * @param name its lower-case name
 * @param value its value
 * @returns the value, fit for a record
 */
export function maskHeader(name: string, value: string): string {
  return isSecretName(name) ? maskToken(value) : value
}

/**
 * Shows the value of a header in a sentence.
 * @param name its lower-case name
 * @param value its value
 * @returns the value, masked where it is secret, printable, and cut where it is long
 */
export function showHeader(name: string, value: string): string {
  return showText(maskHeader(name, value))
}

/**
 * Shows a text of a request in a sentence.
 * @param text any text
 * @returns it without control characters, and cut where it is long
 */
export function showText(text: string): string {
  return text.length > longestShown ? toPrintable(text.slice(0, longestShown)) + '…' : toPrintable(text)
}

/**
 * Masks the session token in a query.
 * @param query a canonical query
 * @returns the same query, fit for a record
 */
export function maskQuery(query: string): string {
  if (!query.includes('X-Amz-S')) return query
  return query
    .split('&')
    .map((pair) => {
      const name = pair.slice(0, pair.indexOf('='))
      if (!isSecretName(name)) return pair
      return name + '=' + maskToken(pair.slice(name.length + 1))
    })
    .join('&')
}

// Text of a request could hold terminal escapes.
function toPrintable(text: string): string {
  return text.replace(/[^ -~…]/g, '?')
}

/**
 * Creates a function that takes secrets out of a text, wherever in the request they stood.
 * @param secrets the texts that must not be told, in any spelling; those under eight characters are no secrets
 * @returns a function from a text to one without them
 */
export function createSecretRemover(secrets: readonly (string | undefined)[]): (text: string) => string {
  const forms: string[] = []
  for (const secret of new Set(secrets)) {
    if (secret === undefined || secret.length < shortestSecret) continue
    const once = encodeURIComponent(secret.toWellFormed())
    forms.push(secret, once, encodeURIComponent(once))
  }
  return (text) => forms.reduce((shown, form) => shown.replaceAll(form, '…'), text)
}

/**
 * Creates a function that takes secrets and control characters out of sentences.
 * @param secrets as for `createSecretRemover`
 * @returns a function from a sentence to one that may be shown
 */
export function createSecretHider(secrets: readonly (string | undefined)[]): (text: string) => string {
  const remove = createSecretRemover(secrets)
  return (text) => toPrintable(remove(text))
}
