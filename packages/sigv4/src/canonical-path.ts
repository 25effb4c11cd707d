import { encodeAt, readTriplet, triplets, unreserved } from './percent.ts'

/** How a service wants its path canonicalised. */
export interface PathRules {
  /** Whether a path that is already encoded is encoded once more, `%` included. */
  readonly encodeTwice: boolean
  /** Whether empty and dot segments are removed. */
  readonly normalize: boolean
}

const commonRules: PathRules = { encodeTwice: true, normalize: true }

// Object keys are data in S3: `a//b` and `a/../b` are keys like any other.
const rulesOfService: ReadonlyMap<string, PathRules> = new Map([
  ['s3', { encodeTwice: false, normalize: false }],
  ['s3express', { encodeTwice: false, normalize: false }],
  ['s3-object-lambda', { encodeTwice: false, normalize: false }],
  ['s3-outposts', { encodeTwice: false, normalize: false }],
])

/**
 * Tells how a service canonicalises the path.
 * @param service the signing name, for example `lambda`
 * @returns encoded twice and normalised, except for the S3 family
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function getPathRules(service: string): PathRules {
  return rulesOfService.get(service) ?? commonRules
}

/**
 * Creates the canonical path.
 * @param path the path as it stands on the request line, without the query
 * @param rules of `getPathRules`
 * @returns the second line of a canonical request
 */
export function createCanonicalPath(path: string, rules: PathRules): string {
  if (path === '' || path === '/') return '/'
  if (isPlain(path)) return path
  const normal = rules.normalize ? removeDotSegments(path) : path
  return rules.encodeTwice ? encodePath(normal) : encodePathOnce(normal)
}

function isPlain(path: string): boolean {
  if (path.charCodeAt(0) !== 47) return false
  let before = 0
  for (let index = 0; index < path.length; index++) {
    const code = path.charCodeAt(index)
    if (code === 47) {
      if (before === 47) return false
    } else if (code > 255 || unreserved[code] !== 1 || (code === 46 && before === 47)) {
      return false
    }
    before = code
  }
  return true
}

// A trailing `..` leaves no slash behind: so do botocore and smithy, unlike RFC 3986.
function removeDotSegments(path: string): string {
  const kept: string[] = []
  for (const segment of path.split('/')) {
    if (segment === '..') kept.pop()
    else if (segment !== '' && segment !== '.') kept.push(segment)
  }
  const ends = kept.length > 0 && path.endsWith('/') ? '/' : ''
  return '/' + kept.join('/') + ends
}

function encodePath(path: string): string {
  let encoded = ''
  for (let index = 0; index < path.length; index++) {
    encoded += path.charCodeAt(index) === 47 ? '/' : encodeAt(path, index)
  }
  return encoded
}

function encodePathOnce(path: string): string {
  let encoded = ''
  for (let index = 0; index < path.length; index++) {
    const code = path.charCodeAt(index)
    const byte = code === 37 ? readTriplet(path, index) : -1
    if (byte >= 0) {
      encoded += unreserved[byte] === 1 ? String.fromCharCode(byte) : (triplets[byte] ?? '')
      index += 2
    } else {
      encoded += code === 47 ? '/' : encodeAt(path, index)
    }
  }
  return encoded
}
