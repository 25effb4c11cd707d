/** The codes of connections that fail on the way, as Node, undici, Deno and Bun name them. */
const connectionCodes =
  /^(?:ECONN\w+|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_\w+|E(?:HOST|NET)(?:UNREACH|DOWN)|UND_ERR_(?:SOCKET|CLOSED|DESTROYED|\w+_TIMEOUT)|HPE_\w+|ERR_HTTP2_\w+|ERR_STREAM_PREMATURE_CLOSE|Connection\w+|FailedToOpenSocket)$/

/** What Deno says, which gives no code (seen in 2.9); a certificate that does not fit is told in the same sentence. */
const denoSentence = /^error sending request (?!.*certificate)/

/**
 * Tells whether sending failed on the way, so that it may be tried again.
 * @param error what fetch rejected with
 * @param redirect the redirect mode; with `error`, a redirect looks like a failed connection in a browser
 * @returns true for a failed connection; false for misuse, a certificate that does not fit, and the like
 */
export function isConnectionFailure(error: unknown, redirect: RequestInit['redirect']): boolean {
  if (!(error instanceof Error)) return false
  const code = readCode(error.cause) ?? readCode(error)
  if (code !== undefined) return connectionCodes.test(code)
  if (error.cause instanceof Error && denoSentence.test(error.cause.message)) return true
  // Node names a cause for every failure; browsers reject with a bare TypeError.
  return error.name === 'TypeError' && error.cause === undefined && redirect !== 'error'
}

function readCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined
  return typeof error.code === 'string' ? error.code : undefined
}
