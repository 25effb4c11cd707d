import { createStatementId, createUrlPermissions } from '@furlong/iam'
import type { Grantee } from '../setup/grantee.ts'
import type { CompleteSetup } from '../setup/setup.ts'
import {
  dropTwins,
  toLogicalName,
  type Stack,
  type StackParameter,
  type StackPermission,
  type StackRole,
  type Value,
} from './stack.ts'

/** A caller as a template can name it. */
interface Caller {
  readonly principal: Value
  /** What its permissions are named after. */
  readonly name: string
  readonly sourceArn?: string
  readonly parameter?: StackParameter
  readonly note?: string
}

/**
 * Describes a set-up as a stack, without looking anything up: what only an account knows becomes a parameter.
 * @param setup the set-up
 * @param codeSha256 hash of the code, for the version behind an alias
 * @returns the stack
 */
export function createStackOfSetup(setup: CompleteSetup, codeSha256: string): Stack {
  const { functionName, runtime, handler, architecture, memorySizeMb, timeoutSeconds, alias, url } = setup
  const callers = url === undefined ? [] : setup.grants.map(findCaller)
  const isPublic = url?.authType === 'NONE'
  const permissions = [
    ...(isPublic ? createPermissions({ principal: '*', name: 'Public' }, 'NONE') : []),
    ...callers.flatMap((caller) => createPermissions(caller, 'AWS_IAM')),
  ]
  return {
    functionName,
    runtime,
    handler,
    ...(architecture === undefined ? {} : { architecture }),
    memorySizeMb,
    timeoutSeconds,
    environment: setup.environment,
    tags: setup.tags,
    role: createStackRole(setup.role),
    ...(url === undefined
      ? {}
      : {
          url: {
            authType: url.authType,
            invokeMode: url.invokeMode,
            ...(url.cors === undefined || Object.keys(url.cors).length === 0 ? {} : { cors: url.cors }),
          },
        }),
    ...(alias === undefined ? {} : { alias: { name: alias, codeSha256 } }),
    parameters: dropTwins(callers.flatMap(({ parameter }) => parameter ?? [])),
    permissions: dropTwins(permissions),
    notes: createNotes(setup, callers),
  }
}

function createStackRole(role: CompleteSetup['role']): StackRole {
  if (role.kind === 'named') {
    return { kind: 'named', arn: role.role.startsWith('arn:') ? role.role : { ownArn: `role/${role.role}` } }
  }
  return {
    kind: 'own',
    managedPolicies: role.managedPolicies.map((policy) =>
      policy.startsWith('arn:') ? policy : { managedPolicy: policy },
    ),
    policies: role.policies,
  }
}

function createPermissions(
  { principal, name, sourceArn }: Pick<Caller, 'principal' | 'name' | 'sourceArn'>,
  authType: 'AWS_IAM' | 'NONE',
): StackPermission[] {
  const permissions = createUrlPermissions(
    typeof principal === 'string' ? principal : '',
    authType,
    sourceArn,
  )
  return permissions.map(({ statementId: _id, ...permission }) => ({
    ...permission,
    name: toLogicalName('Allow', name, permission.action.replace('lambda:', '')),
    principal,
  }))
}

/** One row for each way in which a caller may be named. */
const callers: { readonly [K in Grantee['kind']]: (grantee: Grantee & { readonly kind: K }) => Caller } = {
  role: ({ role }) => ofIam('role', role),
  user: ({ user }) => ofIam('user', user),
  session: ({ session }) => {
    const [, account = '', role = ''] = /^arn:[^:]+:sts::(\d+):assumed-role\/([^/]+)/.exec(session) ?? []
    const principal = session.replace(/:sts:.*$/, `:iam::${account}:role/${role}`)
    return {
      ...ofArn(principal),
      note: `${session} is granted as ${principal}: if that role has a path, name the role itself.`,
    }
  },
  account: ({ account }) => ({
    principal: account,
    name: `account-${account}`,
    note: `In account ${account} each caller's own policy must allow lambda:InvokeFunctionUrl and lambda:InvokeFunction, too.`,
  }),
  service: ({ service, sourceArn }) => ({ principal: service, name: nameOf(sourceArn), sourceArn }),
  function: ({ function: name }) =>
    ofParameter(name, `ARN of the role of the function ${name}, which may call`),
  name: ({ name }) =>
    ofParameter(name, `ARN of the role or user of ${name} (a function's is its role), which may call`),
}

function findCaller(grantee: Grantee): Caller {
  return (callers[grantee.kind] as (grantee: Grantee) => Caller)(grantee)
}

function ofIam(type: 'role' | 'user', nameOrArn: string): Caller {
  if (nameOrArn.startsWith('arn:')) return ofArn(nameOrArn)
  const resource = `${type}/${nameOrArn}`
  return { principal: { ownArn: resource }, name: resource }
}

function ofArn(arn: string): Caller {
  const account = arn.split(':')[4] ?? ''
  return {
    principal: arn,
    name: nameOf(arn),
    note: `If ${account} is not the stack's account, ${arn} must be allowed both actions by its own policy, too.`,
  }
}

function ofParameter(nameOrArn: string, says: string): Caller {
  const short = nameOrArn.split(':').at(-1) ?? nameOrArn
  const parameter = toLogicalName(short, 'CallerArn')
  return { principal: { parameter }, name: short, parameter: { name: parameter, says } }
}

/** Two ARNs may end alike: the id of the statement tells them apart. */
const nameOf = (arn: string): string => createStatementId(arn, '').replace(/^furlong-/, '')

function createNotes(setup: CompleteSetup, found: readonly Caller[]): string[] {
  const { url, grants, alias } = setup
  return [
    ...(url === undefined && grants.length > 0 ? ['Without a URL the grants are left out.'] : []),
    ...(url?.id === undefined ? [] : [`The id ${url.id} is left out: on AWS a URL's id is AWS's.`]),
    ...(alias === undefined
      ? []
      : [`The version behind the alias ${alias} is of this code alone: other code wants a new template.`]),
    ...new Set(found.flatMap(({ note }) => note ?? [])),
  ]
}
