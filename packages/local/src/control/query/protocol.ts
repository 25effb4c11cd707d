import type { ControlError } from '../control-error.ts'
import type { ControlAnswer, HeaderPair } from '../services.ts'
import type { SessionRule } from './session-rules.ts'
import { refuseIamSession, refuseStsSession } from './session-rules.ts'
import type { XmlStructure } from './xml.ts'
import { writeXml } from './xml.ts'

/** What tells one service of the query protocol from another. */
export interface QueryProtocol {
  /** The API's version, which clients send. */
  readonly version: string
  readonly namespace: string
  /** Which operations the credentials of a session may not call. */
  readonly refuseSession: SessionRule
}

/** IAM and STS. */
export const protocols: Readonly<Record<'iam' | 'sts', QueryProtocol>> = {
  iam: {
    version: '2010-05-08',
    namespace: 'https://iam.amazonaws.com/doc/2010-05-08/',
    refuseSession: refuseIamSession,
  },
  sts: {
    version: '2011-06-15',
    namespace: 'https://sts.amazonaws.com/doc/2011-06-15/',
    refuseSession: refuseStsSession,
  },
}

/**
 * The status of each error; a code that is not here is a fault of this side.
 *
 * guess: of the texts that IAM's and STS's handlers give with these codes, those that policies decide and those of
 * signatures are captured; the others are AWS's as users quote them or, where nobody does, ours.
 */
const statuses: Readonly<Record<string, number>> = {
  AccessDenied: 403,
  ConcurrentModification: 409,
  DeleteConflict: 409,
  EntityAlreadyExists: 409,
  ExpiredToken: 403,
  IncompleteSignature: 400,
  InvalidAction: 400,
  InvalidClientTokenId: 403,
  InvalidInput: 400,
  LimitExceeded: 409,
  MalformedPolicyDocument: 400,
  MissingAction: 400,
  MissingAuthenticationToken: 403,
  NoSuchEntity: 404,
  PackedPolicyTooLarge: 400,
  PolicyEvaluation: 500,
  PolicyNotAttachable: 400,
  RequestEntityTooLarge: 413,
  SignatureDoesNotMatch: 403,
  ValidationError: 400,
}

const serverFault = 500

function createHeaders(requestId: string): HeaderPair[] {
  return [
    ['Content-Type', 'text/xml'],
    ['x-amzn-RequestId', requestId],
  ]
}

/**
 * Makes the answer of an operation.
 *
 * @param protocol the service
 * @param operation the operation's name
 * @param result its members; undefined for an operation that returns nothing
 * @param requestId of the call
 * @returns the answer
 */
export function createQueryAnswer(
  protocol: QueryProtocol,
  operation: string,
  result: XmlStructure | undefined,
  requestId: string,
): ControlAnswer {
  const written = result === undefined ? '' : `<${operation}Result>${writeXml(result)}</${operation}Result>`
  const metadata = `<ResponseMetadata>${writeXml({ RequestId: requestId })}</ResponseMetadata>`
  const xml = `<${operation}Response xmlns="${protocol.namespace}">${written}${metadata}</${operation}Response>`
  return { status: 200, headers: createHeaders(requestId), body: Buffer.from(xml), operation }
}

/**
 * Makes the answer of an error.
 *
 * @param protocol the service
 * @param error its code is AWS's code on the wire
 * @param requestId of the call
 * @param operation the operation's name, where one matched
 * @returns the answer, with the refusal for the record
 */
export function createQueryErrorAnswer(
  protocol: QueryProtocol,
  error: ControlError,
  requestId: string,
  operation?: string,
): ControlAnswer {
  const { code, message } = error
  const status = statuses[code] ?? serverFault
  const written = writeXml({
    Error: { Type: status === serverFault ? 'Receiver' : 'Sender', Code: code, Message: message },
    RequestId: requestId,
  })
  return {
    status,
    headers: createHeaders(requestId),
    body: Buffer.from(`<ErrorResponse xmlns="${protocol.namespace}">${written}</ErrorResponse>`),
    ...(operation === undefined ? {} : { operation }),
    refusal: error.refusal,
  }
}
