import type { AddPermissionCommandInput, Lambda } from '@aws-sdk/client-lambda'
import { createPermissionCondition, readAccountId, type UrlPermission } from '@furlong/iam'
import { AwsError, isServiceError } from './errors.ts'
import { retry, type Patience, type RetryRule } from './wait.ts'

/** What became of one statement. */
export interface PermissionOutcome {
  readonly statementId: string
  readonly action: string
  readonly outcome: 'added' | 'present' | 'replaced'
}

/** A statement of a function's policy, as `GetPolicy` shows it. */
export interface Statement {
  readonly Sid?: string
  readonly Effect: string
  readonly Principal: unknown
  readonly Action: unknown
  readonly Condition?: unknown
}

/** A function's policy as it stands. */
export interface FunctionPolicy {
  readonly statements: readonly Statement[]
}

/** Which function, and which of its aliases. */
export interface FunctionRef {
  readonly functionName: string
  readonly qualifier?: string
}

/**
 * Names a function as Lambda's operations take it.
 * @param ref function and alias
 * @returns the members that name it
 */
export function createRefInput(ref: FunctionRef): { FunctionName: string; Qualifier?: string } {
  return {
    FunctionName: ref.functionName,
    ...(ref.qualifier === undefined ? {} : { Qualifier: ref.qualifier }),
  }
}

/**
 * Reads a function's policy.
 * @param lambda the client
 * @param ref function and alias
 * @returns its statements; none when there is no policy yet
 */
export async function readFunctionPolicy(lambda: Lambda, ref: FunctionRef): Promise<FunctionPolicy> {
  try {
    const { Policy } = await lambda.getPolicy(createRefInput(ref))
    const document = JSON.parse(Policy ?? '{}') as { Statement?: readonly Statement[] }
    return { statements: document.Statement ?? [] }
  } catch (error) {
    if (isServiceError(error, 'ResourceNotFoundException')) return { statements: [] }
    throw error
  }
}

/**
 * Makes a permission the `AddPermission` input it stands for.
 * @param ref function and alias
 * @param permission the statement
 * @returns the input
 * @see https://docs.aws.amazon.com/lambda/latest/api/API_AddPermission.html
 */
export function createPermissionInput(
  ref: FunctionRef,
  permission: UrlPermission,
): AddPermissionCommandInput {
  return {
    ...createRefInput(ref),
    StatementId: permission.statementId,
    Action: permission.action,
    Principal: permission.principal,
    ...(permission.functionUrlAuthType === undefined
      ? {}
      : { FunctionUrlAuthType: permission.functionUrlAuthType }),
    ...(permission.invokedViaFunctionUrl === undefined ? {} : { InvokedViaFunctionUrl: true }),
    ...(permission.sourceArn === undefined ? {} : { SourceArn: permission.sourceArn }),
  }
}

/**
 * Tells whether a stored statement is what `AddPermission` makes of a permission, whatever its id.
 * @param statement a statement of a function's policy, as `GetPolicy` shows it
 * @param permission the permission
 * @returns whether they say the same
 */
export function isSameStatement(statement: Statement, permission: UrlPermission): boolean {
  return (
    statement.Effect === 'Allow' &&
    statement.Action === permission.action &&
    isSamePrincipal(statement.Principal, permission.principal) &&
    JSON.stringify(statement.Condition ?? {}) === JSON.stringify(createPermissionCondition(permission))
  )
}

/**
 * Tells whether a stored principal is the one named in `AddPermission`.
 * @param stored the `Principal` element
 * @param principal what `AddPermission` was given
 * @returns whether they are the same; a deleted role's unique id never is
 */
export function isSamePrincipal(stored: unknown, principal: string): boolean {
  if (principal === '*') return stored === '*' || readAwsPrincipal(stored) === '*'
  if (/\.amazonaws\.com(?:\.cn)?$/.test(principal)) {
    return (stored as { Service?: unknown } | null)?.Service === principal
  }
  const account = readAccountId(principal)
  const value = readAwsPrincipal(stored)
  if (typeof value !== 'string') return false
  return value === principal || (account !== undefined && readAccountId(value) === account)
}

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html */
function isUniqueId(stored: unknown): boolean {
  const value = readAwsPrincipal(stored)
  return typeof value === 'string' && /^A(?:ROA|IDA)[A-Z0-9]+$/.test(value)
}

/**
 * Finds the statements that name principals which were deleted.
 * @param statements of a function's policy
 * @returns those statements; they let nobody in, and keep Lambda from adding others
 */
export function listOrphans(statements: readonly Statement[]): readonly Statement[] {
  return statements.filter(({ Principal }) => isUniqueId(Principal))
}

/**
 * Refuses to add to a policy that names deleted principals, as Lambda would, which then blames the new one.
 * @param ref function and alias
 * @param statements its policy
 * @param permissions what is to be added; what stands under the same ids is replaced, and not in the way
 * @throws {AwsError} `OrphanedStatements`, with the statements and the command that takes them away
 */
export function refuseOrphans(
  ref: FunctionRef,
  statements: readonly Statement[],
  permissions: readonly UrlPermission[],
): void {
  const replaced = new Set(permissions.map(({ statementId }) => statementId))
  const orphans = listOrphans(statements).flatMap(({ Sid }) =>
    Sid === undefined || replaced.has(Sid) ? [] : [Sid],
  )
  if (orphans.length === 0) return
  const name = nameRef(ref)
  throw new AwsError(
    'OrphanedStatements',
    `The policy of ${name} names principals that were deleted, and Lambda adds nothing to such a policy: ${orphans.join(', ')}.`,
    { tryThis: `npx furlong revoke ${name} --orphans` },
  )
}

/**
 * Names a function as the command line takes it.
 * @param ref function and alias
 * @returns `name` or `name:alias`
 */
export function nameRef({ functionName, qualifier }: FunctionRef): string {
  return qualifier === undefined ? functionName : `${functionName}:${qualifier}`
}

/**
 * Reads whom a statement lets call a URL, as `furlong revoke --from` takes it.
 * @param statement a statement of a function's policy
 * @returns an ARN, `*`, or for a service the ARN of its source; undefined when the statement is of something else than the URL
 */
export function readUrlCaller(statement: Statement): string | undefined {
  const { Effect, Action, Principal, Condition } = statement
  const conditions = JSON.stringify(Condition ?? {})
  const isOfUrl = Action === 'lambda:InvokeFunctionUrl' || conditions.includes('lambda:InvokedViaFunctionUrl')
  if (Effect !== 'Allow' || !isOfUrl) return undefined
  const source = /"AWS:SourceArn":"([^"]+)"/i.exec(conditions)?.[1]
  const caller = source ?? (Principal === '*' ? '*' : readAwsPrincipal(Principal))
  return typeof caller === 'string' ? caller : JSON.stringify(Principal)
}

function readAwsPrincipal(stored: unknown): unknown {
  const value = (stored as { AWS?: unknown } | null)?.AWS
  return Array.isArray(value) && value.length === 1 ? value[0] : value
}

/**
 * Sees to it that a function's policy holds the permissions, one after the other: Lambda answers 409 to two at once.
 * @param lambda the client
 * @param ref function and alias
 * @param permissions the statements, in order
 * @param options how long to go on while AWS refuses for a reason that passes, and which further reasons do
 * @returns what became of each; a statement that was there under another id counts as present
 */
export async function ensurePermissions(
  lambda: Lambda,
  ref: FunctionRef,
  permissions: readonly UrlPermission[],
  options: { patience: Patience; rules?: readonly RetryRule[] },
): Promise<PermissionOutcome[]> {
  const { statements } = await readFunctionPolicy(lambda, ref)
  const missing = permissions.filter(
    (permission) => !statements.some((one) => isSameStatement(one, permission)),
  )
  // Our ids with another content: the role was deleted and made again, and the statements hold its dead unique id.
  // All of them go before anything is added, because Lambda adds nothing to a policy that names a dead one.
  const stale = missing.filter(({ statementId }) => statements.some(({ Sid }) => Sid === statementId))
  if (missing.length > 0) refuseOrphans(ref, statements, permissions)
  for (const { statementId } of stale) await removeStatement(lambda, ref, statementId)
  for (const permission of missing) {
    await retry(() => addPermission(lambda, ref, permission), options.patience, options.rules ?? [])
  }
  return permissions.map((permission) => ({
    statementId: permission.statementId,
    action: permission.action,
    outcome: readOutcome(missing.includes(permission), stale.includes(permission)),
  }))
}

function readOutcome(wasMissing: boolean, wasStale: boolean): PermissionOutcome['outcome'] {
  if (!wasMissing) return 'present'
  return wasStale ? 'replaced' : 'added'
}

async function addPermission(lambda: Lambda, ref: FunctionRef, permission: UrlPermission): Promise<void> {
  try {
    await lambda.addPermission(createPermissionInput(ref, permission))
  } catch (error) {
    // Somebody added the same statement between our look and now: that is what was wanted.
    const isDuplicate =
      isServiceError(error, 'ResourceConflictException') && error.message.includes('already exists')
    if (!isDuplicate) throw error
    const { statements } = await readFunctionPolicy(lambda, ref)
    if (!statements.some((statement) => isSameStatement(statement, permission))) throw error
  }
}

/**
 * Removes one statement; it is no error when it is gone already.
 * @param lambda the client
 * @param ref function and alias
 * @param statementId its id
 */
export async function removeStatement(lambda: Lambda, ref: FunctionRef, statementId: string): Promise<void> {
  try {
    await lambda.removePermission({ ...createRefInput(ref), StatementId: statementId })
  } catch (error) {
    if (!isServiceError(error, 'ResourceNotFoundException')) throw error
  }
}
