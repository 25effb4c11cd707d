/** What went wrong, stable across releases. */
export type EventsErrorCode = 'NotAnHttpEvent' | 'InvalidEvent' | 'MalformedPrelude'

/**
 * Input from outside this program that is not what payload format 2.0 or the streaming prelude allows.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html
 */
export class EventsError extends Error {
  override readonly name: string = 'EventsError'
  /** The stable code; the message is for people and may change. */
  readonly code: EventsErrorCode

  /**
   * @param code The stable code.
   * @param message One sentence for a developer; never holds a header value or a body.
   */
  constructor(code: EventsErrorCode, message: string) {
    super(message)
    this.code = code
  }
}
