import { parseArn, type PolicyKind, type PolicyOrigin, type PolicySet, type Principal } from '@furlong/iam'
import { checkCallerSide } from '../caller-side.ts'
import type { GrantPrincipal } from '../principal.ts'
import type { Clients, Target } from '../target.ts'
import { type Identity, type PolicySource, readIdentity } from './read-identity.ts'

/** A caller and everything that could be read about it. */
export interface ReadCaller {
  readonly principal: Principal
  /** Named for people: the ARN. */
  readonly arn: string
  readonly policies: Pick<PolicySet, 'identity' | 'boundary' | 'unknown'>
  /** Where each of them lies. */
  readonly sources: ReadonlyMap<PolicyOrigin, PolicySource>
  /** What could not be read, a sentence each. */
  readonly unread: readonly string[]
}

/** Session name of the caller that is only imagined: nobody has assumed the role yet. */
const sessionName = 'furlong-call'

/**
 * Reads who calls and what IAM says of it.
 * @param target the account whose credentials read
 * @param clients its clients
 * @param who the caller as `resolvePrincipal` gives it; undefined for the owner of the credentials
 * @param callerClients clients of the caller's account, for a caller of another one
 * @returns the caller with its policies; what cannot be read from here is named as unknown
 * @throws the service's own error when the caller does not exist
 */
export async function readCaller(
  target: Target,
  clients: Clients,
  who: GrantPrincipal | undefined,
  callerClients?: Clients,
): Promise<ReadCaller> {
  if (who?.kind === 'service') return createService(who)
  const sts = await clients.sts()
  const { Account: ownAccount = '', Arn: ownArn = '', UserId: ownId = '' } = await sts.getCallerIdentity({})
  const arn = who?.principal ?? ownArn
  const shape = readShape(arn)
  // Nobody can read the policies that a session was made with, and few the organization's.
  const unreadable: PolicyKind[] = target.kind === 'aws' ? ['scp'] : []
  if (who === undefined && shape.kind !== 'user' && shape.kind !== 'root') unreadable.push('session')
  if (!('name' in shape)) {
    const account = parseArn(arn)?.accountId ?? ownAccount
    return {
      principal: { type: 'root', account, arn: `arn:aws:iam::${account}:root`, id: account },
      arn,
      policies: { unknown: unreadable },
      sources: new Map(),
      unread: shape.kind === 'root' ? [] : [`${arn} is a kind of caller whose policies are not read.`],
    }
  }
  const { accountId = ownAccount } = parseArn(arn) ?? {}
  const isForeign = accountId !== ownAccount
  if (isForeign && callerClients !== undefined && who !== undefined) await checkCallerSide(callerClients, who)
  const reader = isForeign ? callerClients : clients
  const identity =
    reader === undefined
      ? createForeign(arn, accountId)
      : await readIdentity(await reader.iam(), shape.kind, shape.name)
  return {
    principal: createPrincipal(shape, {
      arn,
      accountId,
      identity,
      ownId: who === undefined ? ownId : undefined,
    }),
    arn,
    policies: {
      identity: identity.identity,
      ...(identity.boundary === undefined ? {} : { boundary: identity.boundary }),
      unknown: [...identity.unknown, ...unreadable],
    },
    sources: identity.sources,
    unread: identity.unread,
  }
}

function createService({ principal: name, sourceArn, accountId, says }: GrantPrincipal): ReadCaller {
  return {
    principal: {
      type: 'service',
      name,
      ...(sourceArn === undefined ? {} : { sourceArn, sourceAccount: accountId }),
    },
    arn: says,
    policies: {},
    sources: new Map(),
    unread: [],
  }
}

interface NamedShape {
  readonly kind: 'role' | 'user'
  readonly name: string
  /** Of a role's session. */
  readonly session?: string
}

type Shape = NamedShape | { readonly kind: 'root' | 'other' }

function readShape(arn: string): Shape {
  const { resource = '' } = parseArn(arn) ?? {}
  const [type = '', ...rest] = resource.split('/')
  const name = rest.at(-1) ?? ''
  if (type === 'root') return { kind: 'root' }
  if (type === 'user') return { kind: 'user', name }
  if (type === 'role') return { kind: 'role', name }
  if (type === 'assumed-role') return { kind: 'role', name: rest[0] ?? '', session: name }
  return { kind: 'other' }
}

function createForeign(arn: string, accountId: string): Identity {
  return {
    arn: undefined,
    id: undefined,
    tags: {},
    identity: [],
    boundary: undefined,
    sources: new Map(),
    unknown: ['identity', 'boundary'],
    unread: [`${arn} is of account ${accountId}, whose policies cannot be read with these credentials.`],
  }
}

function createPrincipal(
  shape: NamedShape,
  known: { arn: string; accountId: string; identity: Identity; ownId: string | undefined },
): Principal {
  const { arn, accountId: account, identity, ownId } = known
  const { id: readId, tags } = identity
  if (shape.kind === 'user') {
    return { type: 'user', account, arn, name: shape.name, id: readId ?? ownId ?? '', tags }
  }
  const { partition = 'aws' } = parseArn(arn) ?? {}
  const session = shape.session ?? sessionName
  const roleId = readId ?? ownId?.split(':')[0] ?? ''
  return {
    type: 'role-session',
    account,
    arn: `arn:${partition}:sts::${account}:assumed-role/${shape.name}/${session}`,
    // A session's ARN leaves the path of its role out.
    roleArn:
      identity.arn ??
      (shape.session === undefined ? arn : `arn:${partition}:iam::${account}:role/${shape.name}`),
    roleId,
    sessionName: session,
    id: `${roleId}:${session}`,
    tags,
  }
}
