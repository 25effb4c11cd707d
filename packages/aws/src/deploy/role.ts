import type { IAM, Role } from '@aws-sdk/client-iam'
import { parseArn } from '@furlong/iam'
import { AwsError, isServiceError } from '../errors.ts'
import {
  basicExecutionPolicy,
  createManagedPolicyArn,
  describeOwnRole,
  nameOwnRole,
  trustPolicy,
} from '../setup/own-role.ts'
import { completeRole, type RoleSetup, type Setup } from '../setup/setup.ts'
import type { Clients } from '../target.ts'
import type { PlannedStep, Work } from './plan.ts'

/** Tags of a role that name the policies `deploy` gave it: the policy's name behind it, the ARN of a managed one as value. */
const policyTagPrefix = 'furlong:policy:'

/** A role as it is there. */
export interface PresentRole {
  readonly roleArn: string
  /** Whether `deploy` made it for this function. */
  readonly isOwn: boolean
  /** ARNs. */
  readonly managedPolicies: readonly string[]
  /** Documents by name. */
  readonly policies: ReadonlyMap<string, string>
  /** Managed policies by ARN and inline ones by name that `deploy` gave it. */
  readonly given: ReadonlySet<string>
}

/**
 * Looks at the role that a function has or is to have.
 * @param clients of the account
 * @param setup what is to exist
 * @param existingRoleArn the function's role; undefined while there is no function
 * @returns the role; undefined when it is to be made
 * @throws {AwsError} `RoleNotFound` for a named one, `RoleExists` when policies are to be given to somebody else's
 */
export async function readPresentRole(
  clients: Clients,
  setup: Setup,
  existingRoleArn: string | undefined,
): Promise<PresentRole | undefined> {
  const role = setup.role
  if (role?.kind === 'named') return foreign(await findRoleArn(clients, role.role))
  // A function that has a role keeps it: it may be one the user chose before.
  if (role === undefined && existingRoleArn !== undefined) return foreign(existingRoleArn)
  const present = await readOwnRole(clients, setup.functionName)
  if (present !== undefined && !present.isOwn && role !== undefined) {
    throw new AwsError(
      'RoleExists',
      `The role ${present.roleArn} is there and was not made by furlong deploy: it is given no policies.`,
      {
        tryThis: `role: '${nameOwnRole(setup.functionName)}' to use it as it is, or another name for the function`,
      },
    )
  }
  await refuseUnknownPolicies(clients, completeRole(setup), present)
  return present
}

/** Before anything is made. */
async function refuseUnknownPolicies(
  clients: Clients,
  role: RoleSetup,
  present: PresentRole | undefined,
): Promise<void> {
  if (role.kind === 'named') return
  const iam = await clients.iam()
  for (const policy of role.managedPolicies.filter((one) => one !== basicExecutionPolicy)) {
    const PolicyArn = createPolicyArn(policy, await readOwnArn(clients, present))
    if (present?.managedPolicies.includes(PolicyArn) === true) continue
    if ((await orGone(() => iam.getPolicy({ PolicyArn }))) !== undefined) continue
    throw new AwsError('PolicyNotFound', `There is no managed policy ${PolicyArn} in this account.`)
  }
}

/** An ARN of the account, for its partition. */
async function readOwnArn(clients: Clients, present: PresentRole | undefined): Promise<string> {
  if (present !== undefined) return present.roleArn
  const sts = await clients.sts()
  return (await sts.getCallerIdentity({})).Arn ?? ''
}

const foreign = (roleArn: string): PresentRole => ({
  roleArn,
  isOwn: false,
  managedPolicies: [],
  policies: new Map(),
  given: new Set(),
})

async function readOwnRole(clients: Clients, functionName: string): Promise<PresentRole | undefined> {
  const iam = await clients.iam()
  const RoleName = nameOwnRole(functionName)
  const role = await readRole(clients, RoleName)
  if (role?.Arn === undefined) return undefined
  if (role.Description !== describeOwnRole(functionName)) return foreign(role.Arn)
  const { AttachedPolicies = [] } = await iam.listAttachedRolePolicies({ RoleName })
  const { PolicyNames = [] } = await iam.listRolePolicies({ RoleName })
  const policies = new Map<string, string>()
  for (const PolicyName of PolicyNames) {
    const { PolicyDocument = '' } = await iam.getRolePolicy({ RoleName, PolicyName })
    policies.set(PolicyName, decodeURIComponent(PolicyDocument))
  }
  const tags = (role.Tags ?? []).filter(({ Key = '' }) => Key.startsWith(policyTagPrefix))
  return {
    roleArn: role.Arn,
    isOwn: true,
    managedPolicies: AttachedPolicies.flatMap(({ PolicyArn }) => PolicyArn ?? []),
    policies,
    given: new Set([
      createPolicyArn(basicExecutionPolicy, role.Arn),
      ...tags.map(({ Key = '', Value = '' }) => (Value === '' ? Key.slice(policyTagPrefix.length) : Value)),
    ]),
  }
}

/**
 * Plans the role and its policies.
 * @param setup what is to exist
 * @param present the role that is there
 * @returns the steps
 */
export function planRole(setup: Setup, present: PresentRole | undefined): PlannedStep[] {
  const role = completeRole(setup)
  if (present === undefined && role.kind === 'own') return planNewRole(setup, role)
  const { roleArn = '', isOwn = false } = present ?? {}
  const kept: PlannedStep = { what: 'role', action: 'keep', says: roleArn }
  return role.kind === 'own' && present !== undefined && isOwn
    ? [kept, ...planPolicies(role, present)]
    : [kept]
}

type OwnRoleSetup = Extract<RoleSetup, { kind: 'own' }>

function planNewRole(setup: Setup, role: OwnRoleSetup): PlannedStep[] {
  const create: PlannedStep = {
    what: 'role',
    action: 'create',
    says: role.roleName,
    carryOut: async (work) => {
      const iam = await work.clients.iam()
      work.roleArn = await createRole(iam, role, setup.functionName)
      work.isRoleNew = true
      return work.roleArn
    },
  }
  const { managedPolicies, policies } = role
  return [
    create,
    ...managedPolicies.map((policy) => planAttachment(role.roleName, policy)),
    ...Object.entries(policies).map(([name, document]) =>
      planInline('create', role.roleName, name, document),
    ),
  ]
}

async function createRole(iam: IAM, role: OwnRoleSetup, functionName: string): Promise<string> {
  const RoleName = role.roleName
  try {
    const { Role } = await iam.createRole({
      RoleName,
      AssumeRolePolicyDocument: trustPolicy,
      Description: describeOwnRole(functionName),
    })
    return Role?.Arn ?? ''
  } catch (error) {
    if (!isServiceError(error, 'EntityAlreadyExistsException', 'EntityAlreadyExists')) throw error
    // The answer to an earlier try was lost on its way; or somebody made one of that name since we looked.
    const { Role } = await iam.getRole({ RoleName })
    if (Role?.Arn === undefined || Role.Description !== describeOwnRole(functionName)) throw error
    return Role.Arn
  }
}

function planPolicies(role: OwnRoleSetup, present: PresentRole): PlannedStep[] {
  const { roleName } = role
  const wanted = new Map(
    role.managedPolicies.map((policy) => [createPolicyArn(policy, present.roleArn), policy]),
  )
  const attached = new Set(present.managedPolicies)
  return [
    ...[...wanted]
      .filter(([arn]) => !attached.has(arn))
      .map(([, policy]) => planAttachment(roleName, policy)),
    ...present.managedPolicies
      .filter((arn) => present.given.has(arn) && !wanted.has(arn))
      .map((arn) => planDetachment(roleName, arn)),
    ...Object.entries(role.policies).flatMap(([name, document]) => {
      const there = present.policies.get(name)
      if (there === undefined) return [planInline('create', roleName, name, document)]
      return isSameDocument(there, document) ? [] : [planInline('change', roleName, name, document)]
    }),
    ...[...present.policies.keys()]
      .filter((name) => present.given.has(name) && !Object.hasOwn(role.policies, name))
      .map((name) => planInlineRemoval(roleName, name)),
  ]
}

function planAttachment(RoleName: string, policy: string): PlannedStep {
  return {
    what: 'policy',
    action: 'create',
    says: `${RoleName}: ${policy}`,
    carryOut: async (work) => {
      const iam = await work.clients.iam()
      const PolicyArn = createPolicyArn(policy, work.roleArn)
      await writePolicyDown(iam, RoleName, nameOfPolicy(PolicyArn), PolicyArn)
      await iam.attachRolePolicy({ RoleName, PolicyArn })
    },
  }
}

function planDetachment(RoleName: string, PolicyArn: string): PlannedStep {
  return {
    what: 'policy',
    action: 'remove',
    says: `${RoleName}: ${PolicyArn}`,
    carryOut: async ({ clients }) => {
      const iam = await clients.iam()
      await orGone(() => iam.detachRolePolicy({ RoleName, PolicyArn }))
      await iam.untagRole({ RoleName, TagKeys: [policyTagPrefix + nameOfPolicy(PolicyArn)] })
    },
  }
}

function planInline(
  action: 'create' | 'change',
  RoleName: string,
  PolicyName: string,
  document: object,
): PlannedStep {
  return {
    what: 'policy',
    action,
    says: `${RoleName}: ${PolicyName}`,
    carryOut: async ({ clients }) => {
      const iam = await clients.iam()
      if (action === 'create') await writePolicyDown(iam, RoleName, PolicyName, '')
      await iam.putRolePolicy({ RoleName, PolicyName, PolicyDocument: JSON.stringify(document) })
    },
  }
}

function planInlineRemoval(RoleName: string, PolicyName: string): PlannedStep {
  return {
    what: 'policy',
    action: 'remove',
    says: `${RoleName}: ${PolicyName}`,
    carryOut: async ({ clients }) => {
      const iam = await clients.iam()
      await orGone(() => iam.deleteRolePolicy({ RoleName, PolicyName }))
      await iam.untagRole({ RoleName, TagKeys: [policyTagPrefix + PolicyName] })
    },
  }
}

/** Before it is given: what is given and not written down would stay when the role is to go. */
async function writePolicyDown(iam: IAM, RoleName: string, name: string, Value: string): Promise<void> {
  // The one that every role of ours has is known without.
  if (Value.endsWith(`:policy/${basicExecutionPolicy}`)) return
  await iam.tagRole({ RoleName, Tags: [{ Key: policyTagPrefix + name, Value }] })
}

const nameOfPolicy = (arn: string): string => arn.split('/').at(-1) ?? arn

/** As data: IAM keeps the text as it was sent, and another writer may have spelled it otherwise. */
function isSameDocument(text: string, document: object): boolean {
  try {
    return JSON.stringify(JSON.parse(text)) === JSON.stringify(document)
  } catch {
    return false
  }
}

/** A role that `deploy` made. */
export interface OwnRole {
  readonly roleArn: string
  /** Why it must stay; absent when nothing else hangs on it. */
  readonly kept?: string
}

/**
 * Looks at the role that was made for a function.
 * @param clients the clients
 * @param functionName bare name of the function
 * @returns the role; undefined when there is none, or one of that name that somebody else made
 */
export async function inspectOwnRole(clients: Clients, functionName: string): Promise<OwnRole | undefined> {
  const role = await readOwnRole(clients, functionName)
  if (role?.isOwn !== true) return undefined
  const { roleArn, given } = role
  const keep = (kept: string): OwnRole => ({ roleArn, kept })
  const others = [...role.policies.keys(), ...role.managedPolicies].filter((policy) => !given.has(policy))
  if (others.length > 0) {
    return keep(`it has policies that furlong deploy did not give it: ${others.join(', ')}`)
  }
  const { paginateListFunctions } = await import('@aws-sdk/client-lambda')
  for await (const { Functions = [] } of paginateListFunctions({ client: await clients.lambda() }, {})) {
    const other = Functions.find(
      ({ Role, FunctionName }) => Role === roleArn && FunctionName !== functionName,
    )
    if (other !== undefined) return keep(`the function ${other.FunctionName} has it, too`)
  }
  return { roleArn }
}

/**
 * Takes back a role that `deploy` made, with the policies that it was given.
 * @param clients the clients
 * @param functionName bare name of the function
 */
export async function removeOwnRole(clients: Clients, functionName: string): Promise<void> {
  const role = await readOwnRole(clients, functionName)
  if (role?.isOwn !== true) return
  const iam = await clients.iam()
  const RoleName = nameOwnRole(functionName)
  for (const PolicyArn of role.managedPolicies.filter((arn) => role.given.has(arn))) {
    await orGone(() => iam.detachRolePolicy({ RoleName, PolicyArn }))
  }
  for (const PolicyName of [...role.policies.keys()].filter((name) => role.given.has(name))) {
    await orGone(() => iam.deleteRolePolicy({ RoleName, PolicyName }))
  }
  await orGone(() => iam.deleteRole({ RoleName }))
}

/** In the role's own partition. */
function createPolicyArn(policy: string, roleArn: string): string {
  return createManagedPolicyArn(policy, parseArn(roleArn)?.partition ?? 'aws')
}

async function findRoleArn(clients: Clients, role: string): Promise<string> {
  const name = role.split('/').at(-1) ?? role
  const arn = (await readRole(clients, name))?.Arn
  if (arn !== undefined && (!role.startsWith('arn:') || arn === role)) return arn
  throw new AwsError('RoleNotFound', `There is no role '${role}' in this account.`, {
    tryThis: 'leave --role out: furlong deploy makes a role for the function',
  })
}

async function readRole(clients: Clients, RoleName: string): Promise<Role | undefined> {
  const iam = await clients.iam()
  return (await orGone(() => iam.getRole({ RoleName })))?.Role
}

/** What is not there needs not be taken away. */
async function orGone<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work()
  } catch (error) {
    if (isServiceError(error, 'NoSuchEntityException', 'NoSuchEntity')) return undefined
    throw error
  }
}

/** Takes back what was made for a function that was then refused. */
export async function takeRoleBack(work: Work): Promise<void> {
  if (work.isRoleNew) await removeOwnRole(work.clients, work.setup.functionName)
}
