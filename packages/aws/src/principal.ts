import { parseArn, type ArnParts } from '@furlong/iam'
import { AwsError, isServiceError } from './errors.ts'
import { parseFunctionName } from './function-name.ts'
import type { Clients } from './target.ts'

/** Whom a grant is for. */
export interface GrantPrincipal {
  readonly kind: 'role' | 'user' | 'account' | 'service' | 'everyone'
  /** What `AddPermission` takes as principal: an ARN, an account id, a service's name, or `*`. */
  readonly principal: string
  /** For a service: the resource it acts for, and no other. */
  readonly sourceArn?: string
  /** Empty for everybody; for a service that of its source. */
  readonly accountId: string
  /** How the principal was found, for people: `the role of function my-caller`. */
  readonly says: string
}

interface PrincipalForm {
  readonly pattern: RegExp
  resolve(match: RegExpExecArray, clients: Clients): Promise<GrantPrincipal> | GrantPrincipal
}

interface ArnForm {
  /** Of the service and what the ARN names, such as `iam:role/app`. */
  readonly pattern: RegExp
  resolve(parts: ArnParts, clients: Clients, match: RegExpExecArray): Promise<GrantPrincipal> | GrantPrincipal
}

/** The ARNs that name a caller. */
const arnForms: readonly ArnForm[] = [
  {
    pattern: /^iam:role\/.+$/,
    resolve: ({ arn, accountId }) => ({ kind: 'role', principal: arn, accountId, says: 'the role itself' }),
  },
  {
    pattern: /^iam:user\/.+$/,
    resolve: ({ arn, accountId }) => ({ kind: 'user', principal: arn, accountId, says: 'the user itself' }),
  },
  { pattern: /^iam:root$/, resolve: ({ accountId }) => createAccount(accountId) },
  {
    pattern: /^sts:assumed-role\/([^/]+)\/(.+)$/,
    resolve: async ({ accountId, partition }, clients, [, roleName = '', sessionName = '']) => ({
      kind: 'role',
      principal: await findSessionRole(clients, { partition, accountId, roleName }),
      accountId,
      says: `the role behind the session ${sessionName}`,
    }),
  },
  {
    pattern: /^cloudfront:distribution\/.+$/,
    resolve: ({ arn, accountId }) => ({
      kind: 'service',
      principal: cloudFront,
      sourceArn: arn,
      accountId,
      says: `CloudFront for ${arn} alone`,
    }),
  },
  {
    pattern: /^lambda:function:.+$/,
    resolve: async ({ arn }, clients) => {
      const found = await findFunctionRole(clients, arn)
      if (found !== undefined) return found
      throw new AwsError('FunctionNotFound', `There is no function ${arn} in this account and region.`)
    },
  },
]

const cloudFront = 'cloudfront.amazonaws.com'

/** The other forms in which a caller may be named; the first that matches decides, a bare name is looked up last. */
const forms: readonly PrincipalForm[] = [
  { pattern: /^[a-z0-9.-]+\.amazonaws\.com(?:\.cn)?$/, resolve: ([service]) => refuseService(service) },
  { pattern: /^\d{12}$/, resolve: ([accountId]) => createAccount(accountId) },
  {
    pattern: /^role\/(.+)$/,
    resolve: async ([, name = ''], clients) => required(await findRole(clients, name), `role '${name}'`),
  },
  {
    pattern: /^user\/(.+)$/,
    resolve: async ([, name = ''], clients) => required(await findUser(clients, name), `user '${name}'`),
  },
  {
    pattern: /^[\w+=,.@-]+$/,
    resolve: async ([name], clients) =>
      required(
        (await findFunctionRole(clients, name)) ??
          (await findRole(clients, name)) ??
          (await findUser(clients, name)),
        `function, role or user named '${name}'`,
      ),
  },
]

/**
 * Finds whom a grant is for.
 * @param to a function's name or ARN (its role is meant), a role, a user (names, `role/x`, `user/x`, ARNs), a session's ARN
 *   (its role is meant), the ARN of a CloudFront distribution, or an account id
 * @param clients the clients of the account the caller is looked up in
 * @returns the principal as `AddPermission` takes it
 * @throws {AwsError} `ServicePrincipalRefused`, `PrincipalNotFound` or `FunctionNotFound`
 */
export async function resolvePrincipal(to: string, clients: Clients): Promise<GrantPrincipal> {
  const parts = parseArn(to)
  if (parts !== undefined && isAccountId(parts.accountId)) {
    for (const form of arnForms) {
      const match = form.pattern.exec(`${parts.service}:${parts.resource}`)
      if (match !== null) return form.resolve(parts, clients, match)
    }
  }
  for (const form of forms) {
    const match = form.pattern.exec(to)
    if (match !== null) return form.resolve(match, clients)
  }
  throw new AwsError(
    'PrincipalNotFound',
    `'${to}' names no caller: a function, a role, a user, an account id of 12 digits, or an ARN of one of them is wanted.`,
  )
}

function isAccountId(text: string): boolean {
  return /^\d{12}$/.test(text)
}

function refuseService(service: string): never {
  if (service === 'lambda.amazonaws.com') {
    throw new AwsError(
      'ServicePrincipalRefused',
      "A grant to lambda.amazonaws.com looks as if it let every function call, and lets none: a function calls with its role's credentials, never as the service.",
      { tryThis: "npx furlong grant <function> --to <the calling function's name>, which grants its role" },
    )
  }
  throw new AwsError(
    'ServicePrincipalRefused',
    `A grant to the service ${service} is not served: without a condition on its source every customer of that service could call.`,
    service === cloudFront
      ? { tryThis: 'npx furlong grant <function> --to arn:aws:cloudfront::<account>:distribution/<id>' }
      : {},
  )
}

function createAccount(accountId: string): GrantPrincipal {
  return {
    kind: 'account',
    principal: accountId,
    accountId,
    says: 'the account: each of its users and roles whose own policy allows both actions',
  }
}

/** Only IAM knows a role's path, which the session's ARN leaves out. */
async function findSessionRole(
  clients: Clients,
  session: { readonly partition: string; readonly accountId: string; readonly roleName: string },
): Promise<string> {
  const { partition, accountId, roleName } = session
  const own = await findRole(clients, roleName)
  if (own?.accountId === accountId) return own.principal
  return `arn:${partition}:iam::${accountId}:role/${roleName}`
}

async function findFunctionRole(clients: Clients, nameOrArn: string): Promise<GrantPrincipal | undefined> {
  if (/[^a-zA-Z0-9-_:]/.test(nameOrArn)) return undefined
  const { name } = parseFunctionName(nameOrArn)
  const lambda = await clients.lambda()
  try {
    const { Role } = await lambda.getFunctionConfiguration({ FunctionName: nameOrArn })
    if (Role === undefined) return undefined
    return {
      kind: 'role',
      principal: Role,
      accountId: parseArn(Role)?.accountId ?? '',
      says: `the role of function ${name}`,
    }
  } catch (error) {
    if (isServiceError(error, 'ResourceNotFoundException')) return undefined
    throw error
  }
}

async function findRole(clients: Clients, name: string): Promise<GrantPrincipal | undefined> {
  const iam = await clients.iam()
  const roleName = name.split('/').at(-1) ?? name
  const arn = await orNothing(async () => (await iam.getRole({ RoleName: roleName })).Role?.Arn)
  return arn === undefined
    ? undefined
    : { kind: 'role', principal: arn, accountId: parseArn(arn)?.accountId ?? '', says: `the role ${name}` }
}

async function findUser(clients: Clients, name: string): Promise<GrantPrincipal | undefined> {
  const iam = await clients.iam()
  const userName = name.split('/').at(-1) ?? name
  const arn = await orNothing(async () => (await iam.getUser({ UserName: userName })).User?.Arn)
  return arn === undefined
    ? undefined
    : { kind: 'user', principal: arn, accountId: parseArn(arn)?.accountId ?? '', says: `the user ${name}` }
}

async function orNothing(look: () => Promise<string | undefined>): Promise<string | undefined> {
  try {
    return await look()
  } catch (error) {
    if (isServiceError(error, 'NoSuchEntityException', 'NoSuchEntity')) return undefined
    throw error
  }
}

function required(found: GrantPrincipal | undefined, what: string): GrantPrincipal {
  if (found !== undefined) return found
  throw new AwsError('PrincipalNotFound', `There is no ${what} in this account and region.`)
}
