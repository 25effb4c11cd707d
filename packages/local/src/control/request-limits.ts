import { maxEventBytes } from '@furlong/events'
import { ControlError } from './control-error.ts'

/**
 * What carries a deployment package of 50 MB in base64, and 256 KB beside it.
 *
 * @see https://github.com/localstack/docs/pull/933 for the number, which was 69905067 until 2022
 */
const packageBytes = 70_167_211

/** The largest event of an asynchronous invocation. @see https://aws.amazon.com/blogs/compute/more-room-to-build-serverless-services-now-support-payloads-up-to-1-mb */
const maxAsyncEventBytes = 1_048_576

/** What the sentence calls an invocation. */
const invokeShownAs = 'InvokeFunction'

interface RequestLimit {
  /** The largest body that is taken. */
  readonly maxBytes: number
  /** The operation's name in the sentence, where it is another. */
  readonly shownAs?: string
}

/**
 * Operations of Lambda whose body is limited by a number of their own.
 *
 * @see https://github.com/apex/up/issues/722 for UpdateFunctionConfiguration
 */
const limits: Readonly<Record<string, RequestLimit>> = {
  CreateFunction: { maxBytes: packageBytes },
  UpdateFunctionCode: { maxBytes: packageBytes },
  UpdateFunctionConfiguration: { maxBytes: 5120 },
  Invoke: { maxBytes: maxEventBytes, shownAs: invokeShownAs },
  // guess: the name in the sentence; the limit is documented.
  InvokeWithResponseStream: { maxBytes: maxEventBytes, shownAs: invokeShownAs },
}

/** guess: the limit of every other operation. It keeps one call from filling the memory, and no real call meets it. */
const otherwise: RequestLimit = { maxBytes: packageBytes }

const limitOf = (operation: string): RequestLimit =>
  Object.hasOwn(limits, operation) ? (limits[operation] ?? otherwise) : otherwise

/** The largest body of any call, in bytes: what is larger need not be read. */
export const maxControlBodyBytes: number = Math.max(
  otherwise.maxBytes,
  ...Object.values(limits).map(({ maxBytes }) => maxBytes),
)

/**
 * Makes the refusal of a body that is too large.
 *
 * @param operation the operation's name
 * @returns the error, in AWS's sentence
 */
export function requestTooLargeError(operation: string): ControlError {
  const { maxBytes, shownAs = operation } = limitOf(operation)
  return createTooLargeError(maxBytes, shownAs)
}

function createTooLargeError(maxBytes: number, shownAs: string): ControlError {
  return new ControlError(
    'RequestEntityTooLargeException',
    `Request must be smaller than ${maxBytes} bytes for the ${shownAs} operation`,
  )
}

/**
 * Checks the size of a body.
 *
 * @param operation the operation's name
 * @param body as it came
 * @throws {ControlError} RequestEntityTooLargeException
 */
export function checkRequestSize(operation: string, body: Uint8Array): void {
  if (body.length > limitOf(operation).maxBytes) throw requestTooLargeError(operation)
}

/**
 * Checks the size of an event that is to be run later.
 *
 * @param body as it came
 * @throws {ControlError} RequestEntityTooLargeException. guess: in the sentence of a synchronous one, with its own number
 */
export function checkEventInvocationSize(body: Uint8Array): void {
  if (body.length > maxAsyncEventBytes) throw createTooLargeError(maxAsyncEventBytes, invokeShownAs)
}
