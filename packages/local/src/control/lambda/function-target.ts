import { createFunctionArn } from '../../store/arns.ts'
import type { FunctionRecord } from '../../store/functions.ts'
import type { Store } from '../../store/store.ts'
import type { ControlRequest } from '../services.ts'
import { invalidParameterError, notFoundError } from './errors.ts'

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
  /^(?:arn:aws[a-zA-Z-]*:lambda:)?(?:([a-z]{2}(?:-gov|-iso[a-z]?)?-[a-z]+-\d):)?(?:(\d{12}):)?(?:function:)?([\w.-]+)(?::(\$LATEST(?:\.PUBLISHED)?|[\w-]+))?$/

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
 * Finds the function of a target. Only `$LATEST` exists here: versions and aliases are not served.
 *
 * @param store holds it
 * @param target the function and its qualifier
 * @returns the function
 * @throws {ControlError} `Function not found: <arn>` when the function or its version is unknown
 */
export function findFunction(store: Store, target: FunctionTarget): FunctionRecord {
  const record = store.functionByArn(target.arn)
  if (record === undefined || !isLatest(target)) {
    throw notFoundError(`Function not found: ${target.qualifiedArn}`)
  }
  return record
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
