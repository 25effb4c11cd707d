import { createFunctionArn } from '../../store/arns.ts'
import type { FunctionRecord } from '../../store/functions.ts'
import type { Store } from '../../store/store.ts'
import type { VersionRecord } from '../../store/version-record.ts'
import type { ControlRequest } from '../services.ts'
import { conflictError, invalidParameterError, notFoundError } from './errors.ts'

/** The function an operation is about. */
export interface FunctionTarget {
  /** Unqualified. */
  readonly arn: string
  readonly accountId: string
  readonly name: string
  /** From the name or the query; `$LATEST` only when it was written. */
  readonly qualifier?: string
  /** With the qualifier, when there is one. */
  readonly qualifiedArn: string
}

/** Name, name:alias, partial ARN and full ARN, as FunctionName allows them. */
const functionName =
  /^(?:arn:aws[a-zA-Z-]*:lambda:)?(?:((?:eusc-)?[a-z]{2}(?:-gov|-iso[a-z]?)?-[a-z]+-\d):)?(?:(\d{12}):)?(?:function:)?([\w.-]+)(?::(\$LATEST(?:\.PUBLISHED)?|[\w-]+))?$/

/**
 * Reads a FunctionName in any of its forms.
 *
 * @param text a value that its constraint allows
 * @param qualifier the Qualifier given beside it
 * @param request gives the account and the region of a bare name
 * @returns the target
 * @throws {ControlError} for another region, or a qualifier that contradicts the name's own
 */
export function readFunctionTarget(
  text: string,
  qualifier: string | undefined,
  request: Pick<ControlRequest, 'accountId' | 'region'>,
): FunctionTarget {
  const [, region = request.region, accountId = request.accountId, name = text, derived] =
    functionName.exec(text) ?? []
  if (region !== request.region) {
    throw notFoundError(`Functions from '${region}' are not reachable in this region ('${request.region}')`)
  }
  if (derived !== undefined && qualifier !== undefined && derived !== qualifier) {
    throw invalidParameterError(
      'The derived qualifier from the function name does not match the specified qualifier.',
    )
  }
  const chosen = derived ?? qualifier
  const arn = createFunctionArn(region, accountId, name)
  return {
    arn,
    accountId,
    name,
    ...(chosen === undefined ? {} : { qualifier: chosen }),
    qualifiedArn: chosen === undefined ? arn : `${arn}:${chosen}`,
  }
}

/**
 * Finds the version that a target stands for: the function's own, a published one, or an alias's main one.
 *
 * @param store holds it
 * @param target the function and its qualifier
 * @returns the version
 * @throws {ControlError} `Function not found: <arn>` when the function, the version or the alias is unknown
 */
export function findVersion(store: Store, target: FunctionTarget): VersionRecord {
  return found(store.version(target.arn, target.qualifier), target)
}

/**
 * Finds the version that a call of a target runs: an alias may share its calls between two.
 *
 * @param store holds it
 * @param target the function and its qualifier
 * @param chance draws a number from 0 up to 1
 * @returns the version
 * @throws {ControlError} `Function not found: <arn>`, or a conflict while the function is being created
 */
export function findInvoked(
  store: Store,
  target: FunctionTarget,
  chance: () => number = Math.random,
): VersionRecord {
  const version = store.version(target.arn, target.qualifier, chance)
  // Of a call that named no qualifier Lambda says that $LATEST was not found.
  if (version === undefined)
    throw notFoundError(`Function not found: ${target.arn}:${target.qualifier ?? '$LATEST'}`)
  refusePending(version)
  return version
}

/**
 * Finds a function to change or to list from: its `$LATEST`, and what belongs to no version.
 *
 * @param store holds it
 * @param target the function, without a version or an alias
 * @returns the function
 * @throws {ControlError} `Function not found: <arn>` when it is unknown, or named with another qualifier than `$LATEST`
 */
export function findFunction(store: Store, target: FunctionTarget): FunctionRecord {
  refuseQualifier(target)
  return found(store.functionByArn(target.arn), target)
}

/**
 * Refuses the name of a version or an alias where only a function can be meant. What Lambda says there is not known.
 *
 * @param target the function
 * @throws {ControlError} `Function not found: <arn>`
 */
export function refuseQualifier(target: FunctionTarget): void {
  if (!isLatest(target)) found(undefined, target)
}

function found<Record>(record: Record | undefined, target: FunctionTarget): Record {
  if (record === undefined) throw notFoundError(`Function not found: ${target.qualifiedArn}`)
  return record
}

/**
 * Refuses to call, or to give a URL to, what is still being created.
 *
 * @param version of the function
 * @throws {ControlError} ResourceConflictException with Lambda's text
 * @see https://github.com/remotion-dev/remotion/issues/1186 for the text; that a URL is refused with it is a guess
 */
export function refusePending({ status }: VersionRecord): void {
  if (status !== 'Pending') return
  throw conflictError(
    'The operation cannot be performed at this time. The function is currently in the following state: Pending',
  )
}

/**
 * Refuses to add anything to a function while it is created: it is forgotten should the process end before its creation
 * is acknowledged, and what was acknowledged in between would be lost with it.
 *
 * @param record the function
 * @throws {ControlError} ResourceConflictException with Lambda's text
 * @see https://docs.aws.amazon.com/lambda/latest/dg/functions-states.html
 */
export function refuseCreating({ arn, status }: FunctionRecord): void {
  if (status !== 'Pending') return
  throw conflictError(
    `The operation cannot be performed at this time. The resource ${arn} is currently in the following state: 'Pending'. StateReasonCode: 'Creating'`,
  )
}

/**
 * Refuses to change the code or the configuration of a function while it is created or updated.
 *
 * @param record the function
 * @throws {ControlError} ResourceConflictException with Lambda's text
 */
export function refuseUnsettled(record: FunctionRecord): void {
  refuseCreating(record)
  if (record.status !== 'Updating') return
  throw conflictError(
    `The operation cannot be performed at this time. An update is in progress for resource: ${record.arn}`,
  )
}

/**
 * Says whether a target is the function's own code.
 *
 * @param target the function and its qualifier
 * @returns whether it has no qualifier, or `$LATEST`
 */
export function isLatest(target: FunctionTarget): boolean {
  return target.qualifier === undefined || target.qualifier === '$LATEST'
}
