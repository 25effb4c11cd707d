import type { Explanation } from '@furlong/iam'

/** A refusal inside a handler; it becomes an answer in one place for each protocol. */
export class ControlError extends Error {
  override readonly name = 'ControlError'
  /** AWS's error code on the wire, a row of the protocol's table of errors. */
  readonly code: string
  readonly explanation?: Explanation

  /**
   * @param code AWS's error code
   * @param message AWS's text, or ours where AWS has none
   * @param explanation why policies did not allow it
   */
  constructor(code: string, message: string, explanation?: Explanation) {
    super(message)
    this.code = code
    if (explanation !== undefined) this.explanation = explanation
  }
}
