import { createUrlIdentityPolicy, parseArn, parseFunctionArn } from '@furlong/iam'
import { AwsError, isServiceError } from './errors.ts'
import type { GrantPrincipal } from './principal.ts'
import type { Clients } from './target.ts'

/** What was done in the caller's own account. */
export interface CallerSideOutcome {
  /** The role or user whose inline policy it is. */
  readonly principal: string
  readonly policyName: string
  readonly outcome: 'added' | 'present' | 'replaced'
}

/**
 * Checks that a caller's own policy can be put with the credentials at hand.
 * @param clients of the caller's account
 * @param principal the caller
 * @throws {AwsError} `OtherAccount` when the credentials are of another account than the caller, or it is no role or user
 */
export async function checkCallerSide(clients: Clients, principal: GrantPrincipal): Promise<void> {
  if (principal.kind !== 'role' && principal.kind !== 'user') {
    throw new AwsError(
      'OtherAccount',
      `An identity policy is put on a role or a user, and ${principal.principal} is neither.`,
      { tryThis: '--to <ARN of the role that calls>' },
    )
  }
  const sts = await clients.sts()
  const { Account = '' } = await sts.getCallerIdentity({})
  if (Account === principal.accountId) return
  throw new AwsError(
    'OtherAccount',
    `The credentials for the caller's side are of account ${Account}, and ${principal.principal} is of ${principal.accountId}.`,
    { tryThis: `--caller-profile <one of account ${principal.accountId}>` },
  )
}

/**
 * Lets a caller's own policy allow the calls of a URL, as a caller of another account needs beside the function's policy.
 * @param clients of the caller's account
 * @param principal a role or user of it
 * @param functionArn the function, with its alias when the URL is an alias's
 * @returns what became of the inline policy; doing it again changes nothing
 * @throws {AwsError} when IAM refuses
 * @see https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html
 */
export async function putCallerPolicy(
  clients: Clients,
  principal: GrantPrincipal,
  functionArn: string,
): Promise<CallerSideOutcome> {
  const policyName = namePolicy(functionArn)
  const document = JSON.stringify(createUrlIdentityPolicy(functionArn))
  const store = await openInlinePolicies(clients, principal)
  const present = await store.read(policyName)
  if (present !== document) await store.write(policyName, document)
  const outcome = present === undefined ? 'added' : present === document ? 'present' : 'replaced'
  return { principal: principal.principal, policyName, outcome }
}

/** What became of the caller's own policy when a grant was taken back. */
export interface CallerSideRemoval {
  readonly principal: string
  readonly policyName: string
  /** `changed`: it is not what `putCallerPolicy` writes, so it stays. */
  readonly outcome: 'removed' | 'absent' | 'changed'
}

/**
 * Takes back what `putCallerPolicy` put, and nothing else.
 * @param clients of the caller's account
 * @param principal the role or user
 * @param functionArn the function, with its alias when the URL is an alias's
 * @returns what became of the inline policy
 * @throws {AwsError} when IAM refuses
 */
export async function removeCallerPolicy(
  clients: Clients,
  principal: GrantPrincipal,
  functionArn: string,
): Promise<CallerSideRemoval> {
  const policyName = namePolicy(functionArn)
  const store = await openInlinePolicies(clients, principal)
  const present = await store.read(policyName)
  const isOurs = present === JSON.stringify(createUrlIdentityPolicy(functionArn))
  if (isOurs) await store.remove(policyName)
  const outcome = present === undefined ? 'absent' : isOurs ? 'removed' : 'changed'
  return { principal: principal.principal, policyName, outcome }
}

/** One for each function or alias and account, so that grants of several stand side by side. */
function namePolicy(functionArn: string): string {
  const { name = '', qualifier, accountId = '' } = parseFunctionArn(functionArn) ?? {}
  const words = ['furlong', accountId, name, ...(qualifier === undefined ? [] : [qualifier])]
  return words.join('-').slice(0, maxPolicyNameLength)
}

const maxPolicyNameLength = 128

interface InlinePolicies {
  read(name: string): Promise<string | undefined>
  write(name: string, document: string): Promise<unknown>
  remove(name: string): Promise<unknown>
}

async function openInlinePolicies(
  clients: Clients,
  { kind, principal }: GrantPrincipal,
): Promise<InlinePolicies> {
  const iam = await clients.iam()
  const name = parseArn(principal)?.resource.split('/').at(-1) ?? principal
  if (kind === 'user') {
    return {
      read: (PolicyName) => readDocument(() => iam.getUserPolicy({ UserName: name, PolicyName })),
      write: (PolicyName, PolicyDocument) =>
        iam.putUserPolicy({ UserName: name, PolicyName, PolicyDocument }),
      remove: (PolicyName) => iam.deleteUserPolicy({ UserName: name, PolicyName }),
    }
  }
  return {
    read: (PolicyName) => readDocument(() => iam.getRolePolicy({ RoleName: name, PolicyName })),
    write: (PolicyName, PolicyDocument) => iam.putRolePolicy({ RoleName: name, PolicyName, PolicyDocument }),
    remove: (PolicyName) => iam.deleteRolePolicy({ RoleName: name, PolicyName }),
  }
}

/** IAM hands documents out as they stand in a URL. */
async function readDocument(
  read: () => Promise<{ PolicyDocument?: string | undefined }>,
): Promise<string | undefined> {
  try {
    const { PolicyDocument } = await read()
    return PolicyDocument === undefined ? undefined : decodeURIComponent(PolicyDocument)
  } catch (error) {
    if (!isServiceError(error, 'NoSuchEntityException', 'NoSuchEntity')) throw error
    // Nothing is there when it is the policy that is missing; a missing role is found out when it is written.
    return undefined
  }
}
