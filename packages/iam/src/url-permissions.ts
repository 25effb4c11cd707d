import { parseArn, readAccountId } from './arn.ts'
import type { UrlAuthType } from './endpoint-kinds.ts'
import { endpointKinds } from './endpoint-kinds.ts'

/** What of a permission becomes its conditions. */
export interface PermissionLimits {
  readonly functionUrlAuthType?: UrlAuthType
  readonly invokedViaFunctionUrl?: true
  /** For a service: the resource it acts for. */
  readonly sourceArn?: string
}

/** One statement for a function's URL, as `AddPermission` takes it. */
export interface UrlPermission extends PermissionLimits {
  readonly statementId: string
  readonly action: string
  /** `*`, an account id, the ARN of a role, user or account, or the name of a service. */
  readonly principal: string
}

/** Operators with their keys and values, as in a document. */
export type ConditionBlock = Readonly<Record<string, Readonly<Record<string, string>>>>

/** An identity policy, ready for `JSON.stringify()`. */
export interface IdentityPolicyDocument {
  readonly Version: '2012-10-17'
  readonly Statement: readonly {
    readonly Effect: 'Allow'
    readonly Action: string
    readonly Resource: string
    readonly Condition?: ConditionBlock
  }[]
}

/**
 * Creates the condition that `AddPermission` writes.
 *
 * @param limits the parameters that limit a permission
 * @returns the `Condition` element, in Lambda's order; empty when nothing limits it
 * @see https://docs.aws.amazon.com/lambda/latest/api/API_AddPermission.html
 */
export function createPermissionCondition(limits: PermissionLimits): ConditionBlock {
  const rows = conditionRows.flatMap(([operator, key, read]) => {
    const value = read(limits)
    return value === undefined ? [] : [[operator, { [key]: value }] as const]
  })
  return Object.fromEntries(rows)
}

/** One row for each parameter, each under an operator of its own, in the order Lambda writes them. */
const conditionRows: readonly (readonly [
  operator: string,
  key: string,
  read: (limits: PermissionLimits) => string | undefined,
])[] = [
  ['StringEquals', 'lambda:FunctionUrlAuthType', ({ functionUrlAuthType }) => functionUrlAuthType],
  [
    'Bool',
    'lambda:InvokedViaFunctionUrl',
    ({ invokedViaFunctionUrl }) => (invokedViaFunctionUrl === true ? 'true' : undefined),
  ],
  ['ArnLike', 'AWS:SourceArn', ({ sourceArn }) => sourceArn],
]

/** Ids of public statements by suffix, as the console and others name them. */
const publicStatementIds: ReadonlyMap<string, string> = new Map([
  ['url', 'FunctionURLAllowPublicAccess'],
  ['invoke', 'FunctionURLAllowInvokeAction'],
])

/**
 * Creates the id under which a principal's statement stands: the same for whoever proposes and whoever grants it.
 *
 * A readable part of the principal, a hash of all of it (accounts, and what the readable part loses), the suffix.
 * The two forms in which an account is written count as one.
 *
 * @param principal `*`, an account id, an ARN or a service name; for a service with a source the ARN of that
 * @param suffix what the statement allows, such as `url` or `invoke`; at most 50 of `[a-zA-Z0-9-_]`
 * @returns at most 96 characters of `[a-zA-Z0-9-_]`, so that a number still fits behind it
 * @example createStatementId('*', 'url') // 'FunctionURLAllowPublicAccess'
 */
export function createStatementId(principal: string, suffix: string): string {
  if (principal === '*') return publicStatementIds.get(suffix) ?? `furlong-public-${suffix}`
  const account = readAccountId(principal)
  const name = account === undefined ? (parseArn(principal)?.resource ?? principal) : `account-${account}`
  const end = `-${createHash(account ?? principal)}-${suffix}`
  const slug = name
    .replaceAll(/[^A-Za-z\d_-]+/g, '-')
    .slice(0, maxUnnumberedLength - prefix.length - end.length)
    .replaceAll(/^-+|-+$/g, '')
  return `${prefix}${slug}${end}`
}

/**
 * Tells whether an id is one that `createStatementId` makes.
 *
 * @param statementId id of a statement in a function's policy
 * @returns whether it is; the ids of public statements are also those of the console
 */
export function isOwnStatementId(statementId: string): boolean {
  return statementId.startsWith(prefix) || [...publicStatementIds.values()].includes(statementId)
}

/**
 * Creates the permissions that let a principal call a function's URL.
 *
 * @param principal `*`, an account id, the ARN of a role or user, or the name of a service
 * @param authType the URL's `AuthType`
 * @param sourceArn for a service: the resource it acts for, such as a distribution; without it every customer of the service gets in
 * @returns one for each action of the two-action rule, limited to the URL
 */
export function createUrlPermissions(
  principal: string,
  authType: UrlAuthType,
  sourceArn?: string,
): readonly UrlPermission[] {
  return endpointKinds['function-url'].actions.map(({ statementSuffix, action, grant }) => ({
    statementId: createStatementId(sourceArn ?? principal, statementSuffix),
    action,
    principal,
    ...grant(authType),
    ...(sourceArn === undefined ? {} : { sourceArn }),
  }))
}

/**
 * Creates the identity policy with which a caller may call a function's URL, and not the Invoke API.
 *
 * @param functionArn ARN of the function, with its alias when the URL is an alias's
 * @returns the policy: one statement for each action of the two-action rule
 * @see https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html
 */
export function createUrlIdentityPolicy(functionArn: string): IdentityPolicyDocument {
  const Statement = endpointKinds['function-url'].actions.map(({ action, grant }) => {
    // The AuthType is the URL's affair, and who attaches the policy may not know it.
    const { invokedViaFunctionUrl } = grant('AWS_IAM')
    const allow = { Effect: 'Allow', Action: action, Resource: functionArn } as const
    return invokedViaFunctionUrl === undefined
      ? allow
      : { ...allow, Condition: createPermissionCondition({ invokedViaFunctionUrl }) }
  })
  return { Version: '2012-10-17', Statement }
}

const prefix = 'furlong-'
/** Lambda's limit is 100; four are left for the number of an id that is taken. */
const maxUnnumberedLength = 96

/** FNV-1a, 32 bits: tells names apart and protects nothing. */
function createHash(text: string): string {
  let hash = 0x811c9dc5
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193)
  return (hash >>> 0).toString(16).padStart(8, '0')
}
