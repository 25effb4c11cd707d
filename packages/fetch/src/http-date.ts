/** Times that a server may state: before 2000 there was no Lambda, and after 9999 the format has no room. */
const earliestMs = Date.UTC(2000, 0)
const endMs = Date.UTC(10_000, 0)

/**
 * Reads a date as HTTP headers write it, and in that one form: `Sun, 22 Nov 2026 09:45:00 GMT`.
 * @param text the value of a header
 * @returns milliseconds since 1970; undefined for any other form, another weekday, or a year outside 2000–9999
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-5.6.7
 */
export function readHttpDate(text: string | null): number | undefined {
  const ms = text === null ? Number.NaN : Date.parse(text)
  // `Date.parse` also takes `0`, years of six digits and whatever else an engine likes; this writes the one form.
  return isHttpTime(ms) && new Date(ms).toUTCString() === text ? ms : undefined
}

/**
 * Tells whether a time is one that dates in headers and signatures can hold.
 * @param ms milliseconds since 1970
 * @returns true from the year 2000 to 9999
 */
export function isHttpTime(ms: number): boolean {
  return ms >= earliestMs && ms < endMs
}
