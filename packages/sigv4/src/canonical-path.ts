import { isCanonicalPath } from '#shortcuts'
import { encodeAgain, encodeText } from './percent.ts'

/** How a service wants its path canonicalised. */
export interface PathRules {
  /** Whether a path that is already encoded is encoded once more, `%` included. */
  readonly encodeTwice: boolean
  /** Whether empty and dot segments are removed. */
  readonly normalize: boolean
}

/**
 * Tells how a service canonicalises the path.
 * @param service the signing name, for example `lambda`
 * @returns encoded twice and normalised, except for the S3 family
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function getPathRules(service: string): PathRules {
  // Object keys are data in S3: `a//b` and `a/../b` are keys like any other.
  const isCommon = !/^s3(?:express|-object-lambda|-outposts)?$/.test(service)
  return { encodeTwice: isCommon, normalize: isCommon }
}

/**
 * Creates the canonical path.
 * @param path the path as it stands on the request line, without the query
 * @param rules of `getPathRules`
 * @returns the second line of a canonical request
 */
export function createCanonicalPath(path: string, { encodeTwice, normalize }: PathRules): string {
  if (isCanonicalPath(path)) return path
  const normal = normalize && /^(?!\/)|\/[./]/.test(path) ? removeDotSegments(path) : path || '/'
  if (!encodeTwice) return encodeAgain(normal, /%([\dA-Fa-f]{2})|[^\w.~/-]/gu)
  // Encoded already, as it mostly is, only its percent signs are left to encode.
  return /[^\w.~%/-]/.test(normal) ? encodeText(normal, /[^\w.~/-]/gu) : normal.replaceAll('%', '%25')
}

// A trailing `..` leaves no slash behind: so do botocore and smithy, unlike RFC 3986.
function removeDotSegments(path: string): string {
  const kept: string[] = []
  for (const segment of path.split('/')) {
    if (segment === '..') kept.pop()
    else if (segment !== '' && segment !== '.') kept.push(segment)
  }
  if (kept.length > 0 && path.endsWith('/')) kept.push('')
  return '/' + kept.join('/')
}
