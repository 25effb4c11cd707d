/** Every way an account, local or AWS's, or the disk can fail furlong; stable, part of the public surface. */
export type AwsErrorCode =
  | 'ConfigFailed'
  | 'ConfigInvalid'
  | 'EntryNotFound'
  | 'BundleFailed'
  | 'BundleTooLarge'
  | 'NotAZip'
  | 'PipMissing'
  | 'PipFailed'
  | 'WheelMissing'
  | 'InvalidFunctionName'
  | 'InvalidVariableName'
  | 'InvalidAlias'
  | 'FunctionNotFound'
  | 'FunctionFailed'
  | 'RoleNotFound'
  | 'RoleExists'
  | 'PolicyNotFound'
  | 'VariablesUnreadable'
  | 'OrphanedStatements'
  | 'OtherAccount'
  | 'Interrupted'
  | 'PrincipalNotFound'
  | 'ServicePrincipalRefused'
  | 'UrlNotFound'
  | 'UrlExists'
  | 'UrlIdTaken'
  | 'InvalidUrlId'
  | 'LocalOnly'
  | 'AssumeRoleRefused'
  | 'AccessDenied'
  | 'CredentialsMissing'
  | 'CredentialsExpired'
  | 'CredentialsRefused'
  | 'RegionMissing'
  | 'TargetUnreachable'
  | 'TemplateFailed'
  | 'TimedOut'
  | 'AwsRefused'

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
  return new AwsError(row?.code ?? 'AwsRefused', `${error.name}: ${error.message}`, {
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
