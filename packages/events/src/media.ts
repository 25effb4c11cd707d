import { remember } from './remember.ts'

/** A content type taken apart: `text/html; charset=utf-8` → `text/html`, `utf-8`. */
interface MediaType {
  readonly essence: string
  readonly charset: string | undefined
}

function readMediaType(contentType: string): MediaType {
  const [essence = '', ...parameters] = contentType.toLowerCase().split(';')
  const charset = parameters.map((part) => part.trim()).find((part) => part.startsWith('charset='))
  return { essence: essence.trim(), charset: charset?.slice('charset='.length).replaceAll('"', '').trim() }
}

/**
 * Request bodies that Lambda hands over as text; every other type, and none, arrives as base64.
 *
 * guess: XML and JavaScript are reported for HTTP APIs only; `+json` types, SVG and a missing type are taken for binary.
 * Reported: text and JSON as text, forms of both kinds and images as base64.
 */
const guessTextRequestTypes: readonly RegExp[] = [
  /^text\//,
  /^application\/json$/,
  /^application\/(?:xml|javascript)$/,
]

/**
 * Says whether Lambda puts a request body of this type into the event as text.
 *
 * @param contentType Value of `content-type`, or undefined.
 * @returns False when it becomes base64.
 */
export function isTextRequest(contentType: string | undefined): boolean {
  if (contentType === undefined) return false
  const { essence } = readMediaType(contentType)
  return guessTextRequestTypes.some((type) => type.test(essence))
}

/** Types of answers worth sending as text; a type that is missing here costs a third more bytes and nothing else. */
const textResponseTypes: readonly RegExp[] = [
  /^text\//,
  /^application\/(?:json|xml|javascript|ecmascript|graphql|yaml|x-ndjson|x-www-form-urlencoded)$/,
  /^[^/]+\/[^/]+\+(?:json|xml|yaml)$/,
]
const utf8Charsets: ReadonlySet<string | undefined> = new Set([undefined, 'utf-8', 'utf8', 'us-ascii'])

/**
 * Says whether an answer may travel as text, given that its bytes are UTF-8.
 *
 * @param contentType Value of `content-type`, or undefined.
 * @param contentEncoding Value of `content-encoding`, or undefined.
 * @returns False when it must be base64: compressed, in another charset, or not known to be text.
 */
export function isTextResponse(
  contentType: string | undefined,
  contentEncoding: string | undefined,
): boolean {
  if (contentType === undefined) return false
  if (contentEncoding !== undefined && contentEncoding.toLowerCase() !== 'identity') return false
  return isTextType(contentType)
}

/** An application has few types of answers, and to take one apart costs more than to look it up. */
const isTextType = remember((contentType: string): boolean => {
  const { essence, charset } = readMediaType(contentType)
  return utf8Charsets.has(charset) && textResponseTypes.some((type) => type.test(essence))
})
