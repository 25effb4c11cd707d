/** Failures that the next attempt would meet again: the other side is not whom it should be. */
const lastingCodes =
  /^(?:CERT_|ERR_TLS_|ERR_SSL_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|UND_ERR_INVALID_ARG|ERR_INVALID_)/

/**
 * Tells whether sending failed on the way, so that it may be tried again.
 * @param error what fetch rejected with
 * @param redirect the redirect mode; with `error`, a redirect looks like a failed connection in a browser
 * @returns true for a failed connection; false for misuse, a certificate that does not fit, and the like
 */
export function isConnectionFailure(error: unknown, redirect: RequestInit['redirect']): boolean {
  if (!(error instanceof Error)) return false
  const code = readCode(error.cause) ?? readCode(error)
  if (code !== undefined) return !lastingCodes.test(code)
  // Node names a cause for every failure; other platforms reject with a bare TypeError.
  return error.name === 'TypeError' && error.cause === undefined && redirect !== 'error'
}

function readCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined
  return typeof error.code === 'string' ? error.code : undefined
}
