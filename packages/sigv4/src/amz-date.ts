// Requests come many to a second, and one text stands for one second.
let lastSecond: number | undefined
let lastText = ''

/**
 * Writes a date as SigV4 does.
 * @param date any valid date; fractions of a second are cut off
 * @returns `yyyymmddThhmmssZ`
 * @throws TypeError when the date is invalid or its year has not four digits
 */
export function formatAmzDate(date: Date): string {
  const second = Math.floor(Number(date) / 1000)
  if (second === lastSecond) return lastText
  const text = JSON.stringify(date)?.replace(/\.\d+|\W/g, '') ?? ''
  if (Number.isNaN(second) || !/^\d{8}T\d{6}Z$/.test(text)) {
    throw new TypeError('The time must be a valid Date with a year of four digits')
  }
  lastSecond = second
  return (lastText = text)
}

/**
 * Reads a date as SigV4 writes it.
 * @param text `yyyymmddThhmmssZ`
 * @returns the date, or undefined when the text has another form or names no real second
 */
export function parseAmzDate(text: string): Date | undefined {
  if (lastSecond !== undefined && text === lastText) return new Date(lastSecond * 1000)
  const iso = text.replace(/^(\d{4})(\d\d)(\d\dT\d\d)(\d\d)(\d\dZ)$/, '$1-$2-$3:$4:$5')
  const date = new Date(iso)
  if (iso === text || Number.isNaN(Number(date))) return undefined
  // The way back refuses what Date would forgive, such as 30 February.
  return formatAmzDate(date) === text ? date : undefined
}

/**
 * Reads a `Date` header, which AWS takes where there is no `X-Amz-Date`.
 * @param text an HTTP date (`Tue, 03 Feb 2026 04:05:06 GMT`) or the form of `X-Amz-Date`
 * @returns the date, or undefined when it is neither
 */
export function parseDateHeader(text: string): Date | undefined {
  const httpDate = /^[A-Z][a-z]{2}, \d{1,2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} (?:GMT|UTC|[+-]0000)$/
  const date = httpDate.test(text) ? new Date(text) : parseAmzDate(text)
  return Number.isNaN(Number(date)) ? undefined : date
}
