import { maskText } from '@furlong/sigv4/mask-text'

/** Every way an account, local or AWS's, or the disk can fail furlong, and what each means; stable, part of the public surface. */
export const awsErrorCodes = {
  ConfigFailed: 'furlong.config.ts is not there, or cannot be loaded.',
  ConfigInvalid:
    'furlong.config.ts has members that are not known, or values that do not fit; each is named by its path.',
  EntryNotFound: 'The entry is no file, folder or zip.',
  BundleFailed: 'The source cannot be compiled, or something that it imports is not found.',
  BundleTooLarge: 'More than Lambda takes: 250 MB unzipped.',
  NotAZip: 'The file is named like a zip, and is none that can be read.',
  PipMissing: 'Python packages are asked for, and there is no pip to fetch them.',
  PipFailed: 'pip could not fetch the packages of requirements.txt.',
  WheelMissing:
    'A Python package has no wheel for the runtime, the processor and the system of the function.',
  InvalidFunctionName: 'The name of a function is longer than Lambda takes, or has other characters.',
  InvalidVariableName: 'The name of an environment variable is none that Lambda takes.',
  InvalidAlias: 'The name of an alias is none that Lambda takes.',
  FunctionNotFound: 'There is no such function in this account and region.',
  FunctionFailed: 'Lambda could not make the function, or not update it.',
  RoleNotFound: 'There is no role of that name.',
  RoleExists:
    'A role that furlong deploy did not make is to be given policies; it gives them to its own alone.',
  PolicyNotFound: 'There is no managed policy of that ARN or name.',
  VariablesUnreadable:
    "The function's environment variables are encrypted with a key that these credentials may not use, so they cannot be compared.",
  OrphanedStatements:
    'The policy of the function names roles or users that were deleted; Lambda adds nothing to such a policy.',
  OtherAccount:
    "The caller's own policy is to be put with credentials of another account, or on what can have none.",
  Interrupted: 'Ctrl-c ended it between two steps; the same command goes on from there.',
  PrincipalNotFound: 'The caller that is named is no function, role or user of this account.',
  ServicePrincipalRefused: 'A service calls as itself and not for you: a function calls by its role.',
  UrlNotFound: 'The function, or its alias, has no URL.',
  UrlExists: 'The function, or its alias, has a URL already.',
  UrlIdTaken: 'Another function has the URL of that id.',
  InvalidUrlId: 'The id of a URL has 32 small letters and digits.',
  LocalOnly: 'It is done on the local side alone, such as choosing the id of a URL, or by hand alone.',
  AssumeRoleRefused: 'STS gives no session of the role to these credentials.',
  AccessDenied: 'The credentials are good, and may not do this.',
  CredentialsMissing: 'No source of credentials has any.',
  CredentialsExpired: 'The session has run out.',
  CredentialsRefused: 'The key is not known to the target, or its secret is another one.',
  RegionMissing: 'Neither an option, nor the profile, nor the environment names a region.',
  TargetUnreachable: 'No answer from the endpoint.',
  TemplateFailed: 'What is deployed has something that a template cannot say.',
  TimedOut: 'AWS did not reach a state in the time that is waited for it.',
  AwsRefused: 'AWS refused, for a reason of its own that stands in the sentence.',
} as const

/** Every way an account, local or AWS's, or the disk can fail furlong. */
export type AwsErrorCode = keyof typeof awsErrorCodes

/** A place in a source that could not be bundled. */
export interface SourcePlace {
  readonly message: string
  readonly file?: string
  /** From 1. */
  readonly line?: number
  /** From 1. */
  readonly column?: number
  readonly lineText?: string
}

/** The one error of this package: the world failed, `code` says how, `tryThis` what to do next. */
export class AwsError extends Error {
  override readonly name = 'AwsError'
  /** What failed. */
  readonly code: AwsErrorCode
  /** A command or an action that may help; absent when there is none worth naming. */
  readonly tryThis: string | undefined
  /** Where in the source, for `BundleFailed`. */
  readonly source: SourcePlace | undefined

  /**
   * Creates the error.
   * @param code what failed
   * @param message one sentence that names the value, the limit and its unit
   * @param details `tryThis`, a next step; `cause`, the error underneath; `source`, the place in a source
   */
  constructor(
    code: AwsErrorCode,
    message: string,
    details: { tryThis?: string; cause?: unknown; source?: SourcePlace } = {},
  ) {
    super(message, details.cause === undefined ? {} : { cause: details.cause })
    this.code = code
    this.tryThis = details.tryThis
    this.source = details.source
  }
}

/**
 * Tells whether an error is the service error of that name.
 * @param error anything thrown by an SDK client
 * @param names AWS's own names of the error, such as `ResourceNotFoundException`
 * @returns whether its name is one of them
 */
export function isServiceError(error: unknown, ...names: readonly string[]): error is Error {
  return error instanceof Error && names.includes(error.name)
}

interface ErrorRow {
  readonly names: readonly string[]
  readonly code: AwsErrorCode
  readonly tryThis?: string
}

/** Names of errors by service or system, and what furlong calls them; anything else is `AwsRefused`. */
const errorRows: readonly ErrorRow[] = [
  { names: ['AccessDeniedException', 'AccessDenied', 'UnauthorizedOperation'], code: 'AccessDenied' },
  {
    names: [
      'UnrecognizedClientException',
      'InvalidClientTokenId',
      'InvalidSignatureException',
      'SignatureDoesNotMatch',
      'IncompleteSignatureException',
    ],
    code: 'CredentialsRefused',
    tryThis: 'eval "$(npx furlong env)" for the local side, or aws sts get-caller-identity for AWS',
  },
  {
    names: ['ExpiredTokenException', 'ExpiredToken'],
    code: 'CredentialsExpired',
    tryThis:
      'sign in again, or assume the role again: aws sts get-caller-identity shows whose credentials they are',
  },
  {
    names: ['CredentialsProviderError', 'TokenProviderError'],
    code: 'CredentialsMissing',
    tryThis: 'name a profile with --profile, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY',
  },
]

const unreachableCodes = new Set(['ECONNREFUSED', 'ENOTFOUND', 'ECONNRESET', 'EAI_AGAIN', 'ETIMEDOUT'])

function readSystemCode(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code
  return typeof code === 'string' ? code : undefined
}

/**
 * Turns whatever an SDK client threw into the package's one error, with the service's own text kept.
 * @param error anything thrown
 * @returns the same error when it already is an `AwsError` or a `TypeError`, a coded one otherwise
 */
export function toAwsError(error: unknown): Error {
  if (error instanceof AwsError) return error
  if (!(error instanceof Error)) return new AwsError('AwsRefused', String(error))
  // fetch hides the system's error behind a TypeError.
  const systemCode = readSystemCode(error) ?? readSystemCode(error.cause)
  if (systemCode !== undefined && unreachableCodes.has(systemCode)) {
    return new AwsError('TargetUnreachable', `No answer from the target: ${error.message || systemCode}.`, {
      cause: error,
      tryThis: 'npx furlong status',
    })
  }
  if (error instanceof TypeError) return error
  const row = errorRows.find((candidate) => candidate.names.includes(error.name))
  // The answer to a wrong signature repeats the session token.
  return new AwsError(row?.code ?? 'AwsRefused', `${error.name}: ${maskText(error.message)}`, {
    cause: error,
    ...(row?.tryThis === undefined ? {} : { tryThis: row.tryThis }),
  })
}

/**
 * Runs work against an account and makes what it throws the package's one error.
 * @param work the work
 * @returns what the work returns
 * @throws {AwsError} when the account or the disk failed
 */
export async function withAwsErrors<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw toAwsError(error)
  }
}
