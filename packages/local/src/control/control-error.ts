import type { Explanation } from '@furlong/iam'

import type { ControlRefusal, HeaderPair } from './services.ts'

/** A refusal inside a handler; it becomes an answer in one place for each protocol. */
export class ControlError extends Error {
  override readonly name = 'ControlError'
  /** AWS's error code on the wire, a row of the protocol's table of errors. */
  readonly code: string
  readonly explanation?: Explanation
  /** What the record says, where AWS's words hide what is known here. */
  readonly recorded?: string
  /** The answer's status, where it is not the one of the code. */
  readonly status?: number
  /** Members of the answer beside its message, before them. */
  readonly members?: Readonly<Record<string, string>>
  /** Set where AWS leaves out the member `Type` that errors of this code have. */
  readonly withoutType?: true
  /** Headers of the answer beside the usual ones. */
  readonly headers?: readonly HeaderPair[]

  /**
   * @param code AWS's error code
   * @param message AWS's text, or ours where AWS has none
   * @param details `explanation`: why policies did not allow it; `recorded`: what the record says in place of AWS's text;
   *   `members`, `headers`: what AWS's answer carries besides; `withoutType`: what it does not; `status`: another than the code's
   */
  constructor(
    code: string,
    message: string,
    details: Partial<
      Pick<ControlError, 'explanation' | 'recorded' | 'members' | 'withoutType' | 'headers' | 'status'>
    > = {},
  ) {
    super(message)
    this.code = code
    Object.assign(this, details)
  }

  /** What the record is to know of it. */
  get refusal(): ControlRefusal {
    const { code, message, explanation, recorded } = this
    return { code, message: recorded ?? message, ...(explanation === undefined ? {} : { explanation }) }
  }
}
