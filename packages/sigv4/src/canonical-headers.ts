import { isCanonicalValue } from '#shortcuts'

/** A header's lower-case name and its canonical value. */
export type CanonicalHeader = readonly [name: string, value: string]

/**
 * Canonicalises one header value: trims it and turns each run of blanks and tabs into one blank.
 * @param value as sent; a folded line counts as a blank
 * @returns the value as it stands in a canonical request
 */
export function createCanonicalHeaderValue(value: string): string {
  return isCanonicalValue(value) ? value : value.replace(/[ \t\r\n]+/g, ' ').replace(/^ | $/g, '')
}

/**
 * Sorts headers by name and joins repeated ones with a comma, in the order they came.
 * @param headers lower-case names with canonical values
 * @returns one entry a name
 */
export function sortHeaders(headers: readonly CanonicalHeader[]): readonly CanonicalHeader[] {
  if (isSorted(headers)) return headers
  const joined = new Map<string, string>()
  for (const [name, value] of headers) {
    const before = joined.get(name)
    joined.set(name, before === undefined ? value : before + ',' + value)
  }
  return [...joined.keys()].sort().map((name) => [name, joined.get(name) ?? ''])
}

function isSorted(headers: readonly CanonicalHeader[]): boolean {
  let last = ''
  for (const header of headers) {
    if (header[0] <= last) return false
    last = header[0]
  }
  return true
}
