/** A header's lower-case name and its canonical value. */
export type CanonicalHeader = readonly [name: string, value: string]

/**
 * Canonicalises one header value: trims it and turns each run of blanks and tabs into one blank.
 * @param value as sent; a folded line counts as a blank
 * @returns the value as it stands in a canonical request
 */
export function createCanonicalHeaderValue(value: string): string {
  return isCanonical(value) ? value : collapse(value)
}

// Most values hold no white space at all; three native searches are cheaper than any loop over a long token.
function isCanonical(value: string): boolean {
  if (value.includes('\t') || value.includes('\n') || value.includes('\r')) return false
  if (!value.includes(' ')) return true
  return !value.startsWith(' ') && !value.endsWith(' ') && !value.includes('  ')
}

// No regex: a run of blanks in a hostile header must not cost more than its length.
function collapse(value: string): string {
  let collapsed = ''
  let start = -1
  for (let index = 0; index <= value.length; index++) {
    if (index < value.length && !isBlank(value.charCodeAt(index))) {
      if (start < 0) start = index
    } else if (start >= 0) {
      collapsed += (collapsed === '' ? '' : ' ') + value.slice(start, index)
      start = -1
    }
  }
  return collapsed
}

function isBlank(code: number): boolean {
  return code === 32 || code === 9 || code === 10 || code === 13
}

/**
 * Sorts headers by name and joins repeated ones with a comma, in the order they came.
 * @param headers lower-case names with canonical values; sorted in place
 * @returns one entry a name
 */
export function sortHeaders(headers: CanonicalHeader[]): CanonicalHeader[] {
  // Insertion: a request has few headers, and equal names have to keep their order.
  for (let index = 1; index < headers.length; index++) {
    const header = headers[index]
    if (!header) continue
    let place = index
    for (; place > 0; place--) {
      const before = headers[place - 1]
      if (!before || before[0] <= header[0]) break
      headers[place] = before
    }
    headers[place] = header
  }
  return joinRepeated(headers)
}

function joinRepeated(headers: readonly CanonicalHeader[]): CanonicalHeader[] {
  const joined: CanonicalHeader[] = []
  for (const header of headers) {
    const last = joined.at(-1)
    if (last && last[0] === header[0]) joined[joined.length - 1] = [last[0], last[1] + ',' + header[1]]
    else joined.push(header)
  }
  return joined
}
