import { parseArn } from '@furlong/iam'
import { AwsError, isServiceError } from './errors.ts'
import { parseFunctionName } from './function-name.ts'
import { parseGrantee, type Grantee } from './setup/grantee.ts'
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

type Resolvers = {
  readonly [K in Grantee['kind']]: (
    grantee: Extract<Grantee, { kind: K }>,
    clients: Clients,
  ) => Promise<GrantPrincipal> | GrantPrincipal
}

/** How each kind of caller is found. */
const resolvers: Resolvers = {
  role: async ({ role }, clients) =>
    isArn(role) ? createItself('role', role) : required(await findRole(clients, role), `role '${role}'`),
  user: async ({ user }, clients) =>
    isArn(user) ? createItself('user', user) : required(await findUser(clients, user), `user '${user}'`),
  session: ({ session }, clients) => resolveSession(session, clients),
  account: ({ account }) => createAccount(account),
  function: async ({ function: name }, clients) => {
    const found = await findFunctionRole(clients, name)
    if (found !== undefined) return found
    throw new AwsError('FunctionNotFound', `There is no function ${name} in this account and region.`)
  },
  service: ({ service, sourceArn }) => ({
    kind: 'service',
    principal: service,
    sourceArn,
    accountId: parseArn(sourceArn)?.accountId ?? '',
    says: `${service === 'cloudfront.amazonaws.com' ? 'CloudFront' : service} for ${sourceArn} alone`,
  }),
  name: async ({ name }, clients) =>
    required(
      (await findFunctionRole(clients, name)) ??
        (await findRole(clients, name)) ??
        (await findUser(clients, name)),
      `function, role or user named '${name}'`,
    ),
}

/**
 * Finds whom a grant is for.
 * @param to the caller, as it is named or as a text that names it: see `parseGrantee`
 * @param clients the clients of the account the caller is looked up in
 * @returns the principal as `AddPermission` takes it
 * @throws {AwsError} `ServicePrincipalRefused`, `PrincipalNotFound` or `FunctionNotFound`
 */
export async function resolvePrincipal(to: string | Grantee, clients: Clients): Promise<GrantPrincipal> {
  const grantee = typeof to === 'string' ? parseGrantee(to) : to
  const resolve = resolvers[grantee.kind] as (
    grantee: Grantee,
    clients: Clients,
  ) => Promise<GrantPrincipal> | GrantPrincipal
  return resolve(grantee, clients)
}

const isArn = (text: string): boolean => text.startsWith('arn:')

function createItself(kind: 'role' | 'user', arn: string): GrantPrincipal {
  return { kind, principal: arn, accountId: parseArn(arn)?.accountId ?? '', says: `the ${kind} itself` }
}

async function resolveSession(session: string, clients: Clients): Promise<GrantPrincipal> {
  const { accountId, partition, resource } = parseArn(session) ?? {
    accountId: '',
    partition: '',
    resource: '',
  }
  const [, roleName = '', sessionName = ''] = /^assumed-role\/([^/]+)\/(.+)$/.exec(resource) ?? []
  return {
    kind: 'role',
    principal: await findSessionRole(clients, { partition, accountId, roleName }),
    accountId,
    says: `the role behind the session ${sessionName}`,
  }
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
