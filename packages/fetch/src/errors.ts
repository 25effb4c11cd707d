/** What can go wrong in the world, as stable codes, and what each means. */
export const fetchErrorCodes = {
  BodyTooLarge: 'The body is larger than `maxBodyBytes`.',
  BodyUnreadable: 'The stream that is the body broke off.',
  CredentialsExpired: 'The credentials have run out, and the source gave no newer ones.',
  CredentialsFailed: 'The source of credentials failed, or gave something else than keys.',
  CredentialsMissing: 'No source has credentials, or the environment has half of them.',
  TimedOut:
    'No answer came within `timeoutMs` or `attemptTimeoutMs`; the name of this error is `TimeoutError`.',
} as const

/** What can go wrong in the world, as a stable code. */
export type FetchErrorCode = keyof typeof fetchErrorCodes

/** Something outside the caller's code failed before there was an answer; misuse throws a `TypeError` instead. */
export class FetchError extends Error {
  /** `TimeoutError` for the code `TimedOut`, as with `AbortSignal.timeout()`. */
  override readonly name: 'FetchError' | 'TimeoutError'
  /** The stable code; the message may change. */
  readonly code: FetchErrorCode

  /**
   * @param code the stable code
   * @param message one sentence that names value, limit and unit, and never a secret
   * @param options the error that caused it
   */
  constructor(code: FetchErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = code === 'TimedOut' ? 'TimeoutError' : 'FetchError'
    this.code = code
  }
}
