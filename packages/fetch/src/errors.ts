/** What can go wrong in the world, as a stable code. */
export type FetchErrorCode = 'CredentialsMissing' | 'CredentialsFailed' | 'BodyTooLarge' | 'BodyUnreadable'

/** Something outside the caller's code failed before the request was sent; misuse throws a `TypeError` instead. */
export class FetchError extends Error {
  override readonly name = 'FetchError'
  /** The stable code; the message may change. */
  readonly code: FetchErrorCode

  /**
   * @param code the stable code
   * @param message one sentence that names value, limit and unit, and never a secret
   * @param options the error that caused it
   */
  constructor(code: FetchErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
