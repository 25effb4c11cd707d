import type { FunctionConfiguration, Lambda } from '@aws-sdk/client-lambda'
import { AwsError, isServiceError, withAwsErrors } from '../errors.ts'
import { findFunction, type FoundFunction } from '../functions.ts'
import { invokeModeVariable } from '../invoke-mode.ts'
import { describeOwnRole } from '../setup/own-role.ts'
import { createRefInput, readFunctionPolicy, type FunctionRef } from '../statements.ts'
import { createClients, type Clients, type Target } from '../target.ts'
import { listUrls } from '../urls.ts'
import {
  dropTwins,
  toLogicalName,
  type Stack,
  type StackPermission,
  type StackRole,
  type Value,
} from './stack.ts'

/**
 * Describes a deployed function as a stack: the function, its URL, its alias when it is named with one, the statements of
 * its policy, and its role when that was made for it. Values of its variables become parameters: they may be secrets.
 * @param target the account
 * @param functionName a name, `name:alias`, or an ARN
 * @returns the stack; what it cannot hold is in its notes
 * @throws {AwsError} `FunctionNotFound`; `TemplateFailed` for a container image, or a version's number in place of an alias
 */
export async function createStackOfFunction(target: Target, functionName: string): Promise<Stack> {
  return withAwsErrors(async () => {
    const clients = createClients(target)
    const found = await findFunction(clients, functionName, target)
    const { configuration, ref } = found
    checkServed(found)
    const lambda = await clients.lambda()
    const url = await readUrl(lambda, ref)
    const others = (await listUrls(target, { functionName: ref.functionName })).filter(
      (one) => one.functionArn !== found.functionArn,
    )
    const { statements } = await readFunctionPolicy(lambda, ref)
    const permissions = statements.map(readPermission)
    const { Tags = {} } = await lambda.getFunction({ FunctionName: ref.functionName })
    const variables = readVariables(configuration)
    const { role, notes } = await readRole(clients, found)
    return {
      functionName: ref.functionName,
      ...(configuration.Description ? { description: configuration.Description } : {}),
      runtime: configuration.Runtime ?? '',
      handler: configuration.Handler ?? '',
      ...readArchitecture(configuration),
      memorySizeMb: configuration.MemorySize ?? 128,
      timeoutSeconds: configuration.Timeout ?? 3,
      environment: Object.fromEntries(variables.map(({ name, value }) => [name, value])),
      tags: Object.fromEntries(Object.entries(Tags).filter(([name]) => !ownTags.test(name))),
      role,
      ...(url === undefined ? {} : { url }),
      ...(ref.qualifier === undefined
        ? {}
        : { alias: { name: ref.qualifier, codeSha256: configuration.CodeSha256 ?? '' } }),
      parameters: dropTwins(
        variables.flatMap(({ name, value }) =>
          typeof value === 'string'
            ? []
            : [{ name: nameParameter(name), says: `Value of the variable ${name}`, isSecret: true as const }],
        ),
      ),
      permissions: numberTwins(
        permissions.flatMap((permission) => (typeof permission === 'string' ? [] : [permission])),
      ),
      notes: [
        ...notes,
        ...permissions.flatMap((permission) => (typeof permission === 'string' ? [permission] : [])),
        ...others.map((one) => `The URL of ${one.functionArn} is left out: name it to get its template.`),
        ...describeUnserved(configuration),
        `The code is not part of the template: aws lambda get-function --function-name ${ref.functionName} --query Code.Location says where it is.`,
      ],
    }
  })
}

/** Of AWS, which sets them itself, and of furlong: what a stack makes is the stack's. */
const ownTags = /^(?:aws|furlong):/

function checkServed({ configuration, ref }: FoundFunction): void {
  if (configuration.PackageType === 'Image') {
    throw new AwsError(
      'TemplateFailed',
      `The function ${ref.functionName} is a container image, which is not served.`,
    )
  }
  if (ref.qualifier !== undefined && /^(?:\d+|\$LATEST)$/.test(ref.qualifier)) {
    throw new AwsError(
      'TemplateFailed',
      `'${ref.qualifier}' is a version: a template is of a function or of one of its aliases.`,
    )
  }
}

function readArchitecture({ Architectures }: FunctionConfiguration): Pick<Stack, 'architecture'> {
  const [architecture] = Architectures ?? []
  return architecture === 'arm64' ? { architecture } : {}
}

async function readUrl(lambda: Lambda, ref: FunctionRef): Promise<Stack['url']> {
  try {
    const { AuthType, InvokeMode, Cors } = await lambda.getFunctionUrlConfig(createRefInput(ref))
    return {
      authType: AuthType ?? 'AWS_IAM',
      invokeMode: InvokeMode ?? 'BUFFERED',
      ...(Cors === undefined ? {} : { cors: Cors }),
    }
  } catch (error) {
    if (isServiceError(error, 'ResourceNotFoundException')) return undefined
    throw error
  }
}

/** Variables that furlong itself sets, and whose values are no secrets. */
const plainVariables = new Set([invokeModeVariable, 'NODE_OPTIONS'])

function readVariables({ Environment }: FunctionConfiguration): { name: string; value: Value }[] {
  return Object.entries(Environment?.Variables ?? {}).map(([name, value]) => ({
    name,
    value: plainVariables.has(name) ? value : { parameter: nameParameter(name) },
  }))
}

const nameParameter = (variable: string): string => toLogicalName('Variable', variable)

/** The role that furlong made is written down whole; of another one the ARN is all that a template needs. */
async function readRole(
  clients: Clients,
  { roleArn, ref }: FoundFunction,
): Promise<{ readonly role: StackRole; readonly notes: readonly string[] }> {
  const named: StackRole = { kind: 'named', arn: roleArn }
  const RoleName = roleArn.split('/').at(-1) ?? ''
  try {
    const iam = await clients.iam()
    const { Role } = await iam.getRole({ RoleName })
    if (Role?.Description !== describeOwnRole(ref.functionName)) return { role: named, notes: [] }
    const { AttachedPolicies = [] } = await iam.listAttachedRolePolicies({ RoleName })
    const { PolicyNames = [] } = await iam.listRolePolicies({ RoleName })
    const policies: Record<string, object> = {}
    for (const PolicyName of PolicyNames) {
      const { PolicyDocument = '' } = await iam.getRolePolicy({ RoleName, PolicyName })
      policies[PolicyName] = JSON.parse(decodeURIComponent(PolicyDocument)) as object
    }
    const managedPolicies = AttachedPolicies.flatMap(({ PolicyArn }) => PolicyArn ?? []).map(toManagedPolicy)
    return { role: { kind: 'own', managedPolicies, policies }, notes: [] }
  } catch (error) {
    if (!isServiceError(error, 'AccessDenied', 'AccessDeniedException')) throw error
    return {
      role: named,
      notes: [`The role ${roleArn} could not be read, and is named as one that is there.`],
    }
  }
}

function toManagedPolicy(arn: string): Value {
  const [, managedPolicy] = /^arn:[^:]+:iam::aws:policy\/(.+)$/.exec(arn) ?? []
  return managedPolicy === undefined ? arn : { managedPolicy }
}

/** What a function may have beside, and how it is seen that it has it. */
const unserved: readonly (readonly [what: string, has: (configuration: FunctionConfiguration) => boolean])[] =
  [
    ['layers', ({ Layers = [] }) => Layers.length > 0],
    ['a VPC', ({ VpcConfig }) => (VpcConfig?.VpcId ?? '') !== ''],
    ['a dead-letter queue', ({ DeadLetterConfig }) => DeadLetterConfig?.TargetArn !== undefined],
    ['file systems', ({ FileSystemConfigs = [] }) => FileSystemConfigs.length > 0],
    ['a key of its own', ({ KMSKeyArn }) => (KMSKeyArn ?? '') !== ''],
    ['active tracing', ({ TracingConfig }) => TracingConfig?.Mode === 'Active'],
    ['SnapStart', ({ SnapStart }) => (SnapStart?.ApplyOn ?? 'None') !== 'None'],
    ['more than 512 MB of /tmp', ({ EphemeralStorage }) => (EphemeralStorage?.Size ?? 512) !== 512],
    ['a JSON log', ({ LoggingConfig }) => LoggingConfig?.LogFormat === 'JSON'],
  ]

function describeUnserved(configuration: FunctionConfiguration): string[] {
  const found = unserved.filter(([, has]) => has(configuration)).map(([what]) => what)
  return found.length === 0 ? [] : [`The function has more than the template holds: ${found.join(', ')}.`]
}

interface Statement {
  readonly Sid?: string
  readonly Effect: string
  readonly Principal: unknown
  readonly Action: unknown
  readonly Condition?: unknown
}

/** One row for each condition that `AddPermission` writes, and the member it comes from. */
const conditions: Readonly<Record<string, keyof StackPermission>> = {
  'StringEquals lambda:FunctionUrlAuthType': 'functionUrlAuthType',
  'Bool lambda:InvokedViaFunctionUrl': 'invokedViaFunctionUrl',
  'ArnLike AWS:SourceArn': 'sourceArn',
  'StringEquals AWS:SourceAccount': 'sourceAccount',
  'StringEquals aws:PrincipalOrgID': 'principalOrgId',
  'StringEquals lambda:EventSourceToken': 'eventSourceToken',
}

/** The permission that `AddPermission` would make this statement of; else a sentence that says why there is none. */
function readPermission({
  Sid = '',
  Effect,
  Principal,
  Action,
  Condition = {},
}: Statement): StackPermission | string {
  const leftOut = (why: string): string => `The statement ${Sid} is left out: ${why}.`
  const principal = readPrincipal(Principal)
  if (Effect !== 'Allow' || typeof Action !== 'string' || principal === undefined) {
    return leftOut('it is none that AddPermission makes')
  }
  if (/^A(?:ROA|IDA)[A-Z0-9]+$/.test(principal)) {
    return leftOut(`its caller was deleted, ${principal} is what is left of it`)
  }
  const members: Record<string, string | true> = {}
  for (const [operator, keys] of Object.entries(Condition as Record<string, Record<string, string>>)) {
    for (const [key, value] of Object.entries(keys)) {
      const member = conditions[`${operator} ${key}`]
      if (member === undefined || typeof value !== 'string')
        return leftOut(`its condition ${operator} ${key} is none that AddPermission makes`)
      members[member] = member === 'invokedViaFunctionUrl' ? true : value
    }
  }
  return { ...members, name: toLogicalName('Allow', Sid.replace(/^furlong-/, '')), action: Action, principal }
}

function readPrincipal(stored: unknown): string | undefined {
  if (typeof stored === 'string') return stored
  const { AWS, Service } = (stored ?? {}) as { AWS?: unknown; Service?: unknown }
  if (typeof Service === 'string') return Service
  if (typeof AWS !== 'string') return undefined
  return /^arn:[^:]+:iam::(\d{12}):root$/.exec(AWS)?.[1] ?? AWS
}

/** Ids that differ in punctuation alone are told apart by their place in the policy. */
function numberTwins(permissions: readonly StackPermission[]): StackPermission[] {
  const counts = new Map<string, number>()
  return permissions.map((permission) => {
    const count = (counts.get(permission.name) ?? 0) + 1
    counts.set(permission.name, count)
    return count === 1 ? permission : { ...permission, name: `${permission.name}Number${count}` }
  })
}
