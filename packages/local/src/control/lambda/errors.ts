import type { ThrottleReason } from '../../record/record.ts'
import { ControlError } from '../control-error.ts'
import type { ControlAnswer } from '../services.ts'

interface LambdaErrorRow {
  readonly status: number
  /** Lambda is of two minds about the case, by error. */
  readonly key: 'message' | 'Message'
  /** The member `Type`; absent where Lambda sends none. */
  readonly type?: 'User' | 'Service'
}

const notFound: LambdaErrorRow = { status: 404, key: 'Message', type: 'User' }
const invalid: LambdaErrorRow = { status: 400, key: 'message', type: 'User' }

/** guess: the members of SerializationException and UnknownOperationException, which no capture shows. */
const guessed = { key: 'Message' } as const

/** The errors of the Lambda API: status and body. */
const errors: Readonly<Record<string, LambdaErrorRow>> = {
  AccessDeniedException: { status: 403, key: 'Message' },
  ValidationException: { status: 400, key: 'message' },
  SerializationException: { status: 400, ...guessed },
  UnknownOperationException: { status: 404, ...guessed },
  InvalidParameterValueException: invalid,
  InvalidRequestContentException: invalid,
  PolicyLengthExceededException: invalid,
  ResourceNotFoundException: notFound,
  ResourceConflictException: { status: 409, key: 'message', type: 'User' },
  PreconditionFailedException: { status: 412, key: 'message', type: 'User' },
  RequestEntityTooLargeException: { status: 413, key: 'Message' },
  TooManyRequestsException: { status: 429, key: 'message', type: 'User' },
  ServiceException: { status: 500, key: 'Message', type: 'Service' },
  MissingAuthenticationTokenException: { status: 403, key: 'message' },
  IncompleteSignatureException: { status: 403, key: 'message' },
  InvalidSignatureException: { status: 403, key: 'message' },
  UnrecognizedClientException: { status: 403, key: 'message' },
  ExpiredTokenException: { status: 403, key: 'message' },
}

const internalFailure: LambdaErrorRow = { status: 500, key: 'Message', type: 'Service' }

/**
 * Makes Lambda's answer of an error.
 *
 * @param error its code is a row of the table
 * @param requestId of the call
 * @param operation the operation's name, where one matched
 * @returns the answer, with the refusal for the record
 */
export function createLambdaErrorAnswer(
  error: ControlError,
  requestId: string,
  operation?: string,
): ControlAnswer {
  const row = errors[error.code] ?? internalFailure
  const body = {
    ...error.members,
    ...(row.type === undefined || error.withoutType === true ? {} : { Type: row.type }),
    [row.key]: error.message,
  }
  return {
    status: error.status ?? row.status,
    headers: [
      ['Content-Type', 'application/json'],
      ['x-amzn-RequestId', requestId],
      ['x-amzn-ErrorType', error.code],
      ...(error.headers ?? []),
    ],
    body: Buffer.from(JSON.stringify(body)),
    ...(operation === undefined ? {} : { operation }),
    refusal: error.refusal,
  }
}

/**
 * Makes a ResourceNotFoundException.
 *
 * @param message Lambda's text
 * @returns the error
 */
export function notFoundError(message: string): ControlError {
  return new ControlError('ResourceNotFoundException', message)
}

/**
 * Makes an InvalidParameterValueException.
 *
 * @param message Lambda's text
 * @returns the error
 */
export function invalidParameterError(message: string): ControlError {
  return new ControlError('InvalidParameterValueException', message)
}

/**
 * Makes a ResourceConflictException.
 *
 * @param message Lambda's text
 * @returns the error
 */
export function conflictError(message: string): ControlError {
  return new ControlError('ResourceConflictException', message)
}

/** guess: the seconds after which a throttled call may be tried again; the header is in the model, its value in no capture. */
const retryAfterSeconds = 1

/**
 * Makes a TooManyRequestsException.
 *
 * @param reason which limit was met
 * @returns the error
 */
export function throttledError(reason: ThrottleReason): ControlError {
  return new ControlError('TooManyRequestsException', 'Rate Exceeded.', {
    members: { Reason: reason },
    headers: [['Retry-After', String(retryAfterSeconds)]],
  })
}
