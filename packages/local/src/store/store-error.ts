/** The stable codes of {@link StoreError}. */
export type StoreErrorCode = 'StoreTooNew' | 'StoreUnreadable'

/** The state file could not be used. */
export class StoreError extends Error {
  /** What went wrong, stable across releases. */
  readonly code: StoreErrorCode

  /**
   * Makes a StoreError.
   *
   * @param code the stable code
   * @param message one sentence for people
   * @param options the cause, where there is one
   */
  constructor(code: StoreErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'StoreError'
    this.code = code
  }
}
