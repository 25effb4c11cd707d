// Requests come many to a second, and one text stands for one second.
let lastSecond = Number.NaN
let lastText = 'none yet'

/**
 * Writes a date as SigV4 does.
 * @param date any valid date; fractions of a second are cut off
 * @returns `yyyymmddThhmmssZ`
 * @throws TypeError when the date is invalid or its year has not four digits
 */
export function formatAmzDate(date: Date): string {
  const second = Math.floor(date.getTime() / 1000)
  if (second === lastSecond) return lastText
  const iso = Number.isNaN(second) ? '' : date.toISOString()
  if (iso.length !== 24) throw new TypeError('The date must be valid and have a year of four digits')
  lastText =
    iso.slice(0, 4) + iso.slice(5, 7) + iso.slice(8, 13) + iso.slice(14, 16) + iso.slice(17, 19) + 'Z'
  lastSecond = second
  return lastText
}

/**
 * Reads a date as SigV4 writes it.
 * @param text `yyyymmddThhmmssZ`
 * @returns the date, or undefined when the text has another form or names no real second
 */
export function parseAmzDate(text: string): Date | undefined {
  if (text === lastText) return new Date(lastSecond * 1000)
  if (text.length !== 16 || text.charCodeAt(8) !== 84 || text.charCodeAt(15) !== 90) return undefined
  const iso =
    text.slice(0, 4) +
    '-' +
    text.slice(4, 6) +
    '-' +
    text.slice(6, 11) +
    ':' +
    text.slice(11, 13) +
    ':' +
    text.slice(13, 15) +
    'Z'
  const date = new Date(iso)
  // The way back refuses what Date would forgive, such as 30 February.
  return Number.isNaN(date.getTime()) || formatAmzDate(date) !== text ? undefined : date
}

/**
 * Reads a `Date` header, which AWS takes where there is no `X-Amz-Date`.
 * @param text an HTTP date (`Tue, 03 Feb 2026 04:05:06 GMT`) or the form of `X-Amz-Date`
 * @returns the date, or undefined when it is neither
 */
export function parseDateHeader(text: string): Date | undefined {
  const amz = parseAmzDate(text)
  if (amz) return amz
  if (text.length < 25 || text.length > 33 || !httpDate.test(text)) return undefined
  const date = new Date(text)
  return Number.isNaN(date.getTime()) ? undefined : date
}

const httpDate = /^[A-Z][a-z]{2}, \d{1,2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} (?:GMT|UTC|[+-]0000)$/
