/** What a signature is made over, on one side of the wire. */
export interface CanonicalStrings {
  readonly canonicalRequest: string
  /** The four lines that are signed, where they are known. */
  readonly stringToSign?: string
}

/** What an answer may hold between two texts; the first form is that of most services, the second that of S3. */
const forms: readonly (readonly [start: string, end: string, secondStart: string, secondEnd: string])[] = [
  [
    "The Canonical String for this request should have been\n'",
    "'\n\nThe String-to-Sign should have been\n'",
    "The String-to-Sign should have been\n'",
    "'",
  ],
  ['<CanonicalRequest>', '</CanonicalRequest>', '<StringToSign>', '</StringToSign>'],
]

const deepestMessage = 5

/**
 * Reads the canonical request and the string to sign that AWS made of a request, out of its answer.
 * Function URLs do not tell them; other services do.
 * @param body the body of a 403: JSON or XML, or the message itself
 * @returns the two strings, or undefined when the body holds none
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/signature-v4-troubleshooting.html
 */
export function readCanonicalStrings(body: string): CanonicalStrings | undefined {
  const message = readMessage(body)
  for (const [start, end, secondStart, secondEnd] of forms) {
    const canonicalRequest = between(message, start, end)
    if (canonicalRequest === undefined) continue
    const stringToSign = between(message, secondStart, secondEnd)
    return stringToSign === undefined ? { canonicalRequest } : { canonicalRequest, stringToSign }
  }
  return undefined
}

function between(text: string, start: string, end: string): string | undefined {
  const from = text.indexOf(start)
  if (from < 0) return undefined
  const to = text.indexOf(end, from + start.length)
  return to < 0 ? undefined : text.slice(from + start.length, to)
}

function readMessage(body: string): string {
  const text = body.trimStart()
  if (text.startsWith('<')) return decodeEntities(text)
  if (!text.startsWith('{')) return body
  try {
    return findMessage(JSON.parse(text), deepestMessage) ?? ''
  } catch {
    // Copied from a log, where the line ends stand as they are.
    return body
  }
}

// `message`, `Message`, and `errors[0].message` of the Selling Partner API.
function findMessage(value: unknown, depth: number): string | undefined {
  if (typeof value === 'string') return forms.some(([start]) => value.includes(start)) ? value : undefined
  if (typeof value !== 'object' || value === null || depth === 0) return undefined
  for (const member of Object.values(value)) {
    const found = findMessage(member, depth - 1)
    if (found !== undefined) return found
  }
  return undefined
}

const entities: ReadonlyMap<string, string> = new Map([
  ['&lt;', '<'],
  ['&gt;', '>'],
  ['&quot;', '"'],
  ['&apos;', "'"],
  ['&amp;', '&'],
])

function decodeEntities(text: string): string {
  return text.replace(
    /&(?:#(\d{1,7})|#x([\da-f]{1,6})|[a-z]{2,4});/gi,
    (entity, decimal?: string, hex?: string) => {
      const code = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal)
      if (code <= 0x10_ff_ff) return String.fromCodePoint(code)
      return entities.get(entity) ?? entity
    },
  )
}
