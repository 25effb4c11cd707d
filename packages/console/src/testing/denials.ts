/** Refusals by policies of every kind, each of a caller whom the rest lets in. */
import type { IAM } from '@aws-sdk/client-iam'
import { STS } from '@aws-sdk/client-sts'
import type { Credentials } from '@furlong/sigv4'
import { type Scene, send } from './scene.ts'

/** What refused. */
export type DenialName = 'identity' | 'boundary' | 'session' | 'deny' | 'resource' | 'trust' | 'many'

const home = '111122223333'
const functionArn = (name: string): string => `arn:aws:lambda:us-east-1:${home}:function:${name}`
const both = ['lambda:InvokeFunctionUrl', 'lambda:InvokeFunction']
/** Whom `furlong` lets in with an identity policy alone. */
const callOrders = { Sid: 'CallOrders', Effect: 'Allow', Action: both, Resource: functionArn('orders') }

const policies = {
  wrongFunction: { ...callOrders, Resource: [functionArn('order'), functionArn('reports')] },
  untilLastYear: {
    Sid: 'WhileItLasted',
    Effect: 'Allow',
    Action: 'lambda:Invoke*',
    Resource: '*',
    Condition: {
      DateLessThan: { 'aws:CurrentTime': '2024-12-31T23:59:59Z' },
      StringEquals: { 'aws:PrincipalTag/team': ['billing', 'finance'] },
    },
  },
  storageOnly: { Sid: 'Storage', Effect: 'Allow', Action: ['s3:*', 'dynamodb:*', 'sqs:*'], Resource: '*' },
  reportsOnly: { ...callOrders, Sid: 'OnlyReports', Resource: functionArn('reports') },
  officeOnly: {
    Sid: 'OnlyFromTheOffice',
    Effect: 'Deny',
    Action: 'lambda:*',
    Resource: '*',
    Condition: { NotIpAddress: { 'aws:SourceIp': ['192.0.2.0/24', '198.51.100.0/24'] } },
  },
  ticket: {
    Sid: 'WithTicket',
    Effect: 'Allow',
    Principal: { AWS: `arn:aws:iam::${home}:root` },
    Action: 'sts:AssumeRole',
    Condition: { StringEquals: { 'sts:ExternalId': 'ticket-4711' } },
  },
  manyFunctions: {
    ...callOrders,
    Resource: Array.from({ length: 30 }, (_, at) => functionArn(`worker-${at + 1}`)),
  },
} as const

const toDocument = (...Statement: readonly object[]): string =>
  JSON.stringify({ Version: '2012-10-17', Statement })

async function createUser(
  iam: IAM,
  UserName: string,
  ...statements: readonly object[]
): Promise<Credentials> {
  await iam.createUser({ UserName })
  if (statements.length > 0)
    await iam.putUserPolicy({
      UserName,
      PolicyName: 'call-orders',
      PolicyDocument: toDocument(...statements),
    })
  const { AccessKey } = await iam.createAccessKey({ UserName })
  const { AccessKeyId = '', SecretAccessKey = '' } = AccessKey ?? {}
  return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey }
}

async function setBoundary(iam: IAM, UserName: string): Promise<void> {
  const { Policy } = await iam.createPolicy({
    PolicyName: 'team-limits',
    PolicyDocument: toDocument(policies.storageOnly),
  })
  await iam.putUserPermissionsBoundary({ UserName, PermissionsBoundary: Policy?.Arn ?? '' })
}

/** A session of a role that may call, with a policy of its own that does not. */
async function openSession({ iam, local }: Scene, sts: STS): Promise<Credentials> {
  const { Role } = await iam.createRole({
    RoleName: 'nightly-export',
    AssumeRolePolicyDocument: toDocument({
      Effect: 'Allow',
      Principal: { AWS: `arn:aws:iam::${local.accounts[0]?.accountId}:root` },
      Action: 'sts:AssumeRole',
    }),
  })
  await iam.putRolePolicy({
    RoleName: 'nightly-export',
    PolicyName: 'call-orders',
    PolicyDocument: toDocument(callOrders),
  })
  const { Credentials } = await sts.assumeRole({
    RoleArn: Role?.Arn ?? '',
    RoleSessionName: 'tonight',
    Policy: toDocument(policies.reportsOnly),
  })
  const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = Credentials ?? {}
  return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken }
}

/**
 * Has one request refused by each kind of policy.
 *
 * @param scene as it was set up
 * @returns the ids of the records
 */
export async function refuse(scene: Scene): Promise<Readonly<Record<DenialName, string>>> {
  const { iam, local, urls, keys } = scene
  const sts = new STS({
    endpoint: local.endpoint,
    region: local.region,
    maxAttempts: 1,
    credentials: { ...(local.accounts[0] as Credentials) },
  })
  const call = async (credentials: Credentials, path: string): Promise<string> =>
    (await send(`${urls.orders}${path}`, { credentials })).id
  const identity = await createUser(iam, 'invoice-mailer', policies.wrongFunction, policies.untilLastYear)
  const boundary = await createUser(iam, 'ci-deployer', callOrders)
  await setBoundary(iam, 'ci-deployer')
  const deny = await createUser(iam, 'batch-export', callOrders, policies.officeOnly)
  const many = await createUser(iam, 'dispatcher', policies.manyFunctions)
  const session = await openSession(scene, sts)
  await iam.createRole({ RoleName: 'auditor', AssumeRolePolicyDocument: toDocument(policies.ticket) })
  await sts
    .assumeRole({
      RoleArn: `arn:aws:iam::${home}:role/auditor`,
      RoleSessionName: 'audit',
      ExternalId: 'ticket-1',
    })
    .catch(() => {})
  sts.destroy()
  const trust = local.records.latestRefusal()?.id ?? ''
  return {
    identity: await call(identity, 'invoices'),
    boundary: await call(boundary, 'deploy'),
    session: await call(session, 'export'),
    deny: await call(deny, 'batch'),
    many: await call(many, 'jobs'),
    resource: await call(keys.mistyped, 'nightly'),
    trust,
  }
}

/** What the records must not show: how things are after `refuse()`. */
export async function changePolicies({ iam, lambda }: Scene): Promise<void> {
  await iam.putUserPolicy({
    UserName: 'invoice-mailer',
    PolicyName: 'call-orders',
    PolicyDocument: toDocument(callOrders),
  })
  await lambda.removePermission({ FunctionName: 'orders', StatementId: 'url-nightly-batch' })
  await iam.deleteUserPolicy({ UserName: 'batch-export', PolicyName: 'call-orders' })
}
