const secretParameters = /([?&](?:x-amz-signature|x-amz-security-token)=)[^&]*/gi

/**
 * Hides what a presigned link would give away.
 *
 * @param target as on the request line
 * @returns the same with signature and session token replaced by `***`
 */
export function maskTarget(target: string): string {
  return target.includes('X-Amz-') || target.includes('x-amz-')
    ? target.replace(secretParameters, '$1***')
    : target
}
