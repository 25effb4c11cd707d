const secretNames: ReadonlySet<string> = new Set(['x-amz-signature', 'x-amz-security-token'])

/** How much of a target is shown; a client may send a megabyte. */
const maxShown = 4096

/**
 * Hides what a presigned link would give away.
 *
 * @param target as on the request line
 * @returns the same with signature and session token replaced by `***`, cut after 4,096 characters
 */
export function maskTarget(target: string): string {
  const masked = maskQuery(target)
  return masked.length > maxShown ? `${masked.slice(0, maxShown)}… (${target.length} characters)` : masked
}

function maskQuery(target: string): string {
  const mark = target.indexOf('?')
  if (mark === -1) return target
  const pairs = target.slice(mark + 1).split('&')
  return target.slice(0, mark + 1) + pairs.map(maskPair).join('&')
}

function maskPair(pair: string): string {
  const equals = pair.indexOf('=')
  if (equals === -1) return pair
  return secretNames.has(decodeName(pair.slice(0, equals))) ? `${pair.slice(0, equals)}=***` : pair
}

function decodeName(name: string): string {
  try {
    return decodeURIComponent(name).toLowerCase()
  } catch {
    return name.toLowerCase()
  }
}
