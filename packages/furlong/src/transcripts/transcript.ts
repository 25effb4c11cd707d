/** Where a refused request was written down. */
export type TranscriptForm = 'curl -v' | 'HAR' | 'raw HTTP' | 'error message'

/** A request as it was written down. */
export interface TranscriptRequest {
  readonly method: string
  /** Path and query as sent. */
  readonly target: string
  /** Names and values in turn, one byte a character. */
  readonly rawHeaders: readonly string[]
  /** Undefined where the form does not hold it. */
  readonly body: Uint8Array | undefined
}

/** An answer as it was written down. */
export interface TranscriptAnswer {
  /** Undefined for a message without one. */
  readonly status: number | undefined
  /** By lower-case name, the last of each. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** What was written down of one exchange. */
export interface Transcript {
  readonly form: TranscriptForm
  readonly request?: TranscriptRequest
  readonly answer?: TranscriptAnswer
  /** What the form leaves out or changes, where that matters here. */
  readonly note?: string
}

/**
 * Reads one header of a request or an answer.
 * @param rawHeaders names and values in turn
 * @param wanted its lower-case name
 * @returns its first value, or undefined
 */
export function findHeader(rawHeaders: readonly string[], wanted: string): string | undefined {
  for (let index = 0; index < rawHeaders.length; index += 2) {
    if (rawHeaders[index]?.toLowerCase() === wanted) return rawHeaders[index + 1]
  }
  return undefined
}

/**
 * Reads lines of headers.
 * @param lines `Name: value`, without line ends
 * @returns names and values in turn; what is no header is left out
 */
export function readHeaderLines(lines: readonly string[]): string[] {
  return lines.flatMap((line) => {
    // HTTP/2 names its own parts with a colon in front, and curl shows them.
    const match = /^(:?[^:\s]+):[ \t]?(.*)$/.exec(line)
    return match === null ? [] : [match[1] ?? '', match[2] ?? '']
  })
}

/**
 * Turns flat headers into members.
 * @param rawHeaders names and values in turn
 * @returns the last value of each, by lower-case name
 */
export function toMembers(rawHeaders: readonly string[]): Record<string, string> {
  const members = Object.create(null) as Record<string, string>
  for (let index = 0; index < rawHeaders.length; index += 2) {
    members[rawHeaders[index]?.toLowerCase() ?? ''] = rawHeaders[index + 1] ?? ''
  }
  return members
}
