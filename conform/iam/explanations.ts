/** Prints what a person reads when a call of a function URL is refused: ten situations, as `furlong explain` shows them. */
import {
  compilePolicy,
  type CompiledPolicy,
  createFunctionUrlRequest,
  explain,
  type Explanation,
  type ExplainOptions,
  parsePolicy,
  type PolicyKind,
  type PolicySet,
  type Principal,
} from '@furlong/iam'
import { renderRefusal } from '../../packages/furlong/src/render/index.ts'
import { type Outcome, say } from '../report.ts'

const account = '111122223333'
const otherAccount = '444455556666'
const functionArn = `arn:aws:lambda:eu-central-1:${account}:function:invoices`
const invokeUrl = 'lambda:InvokeFunctionUrl'
const invoke = 'lambda:InvokeFunction'

const mailer = roleSession(account, 'mailer', 'mailer-7f3a')
const partner = roleSession(otherAccount, 'nightly-export', 'run-42')
const carol: Principal = {
  type: 'user',
  account,
  arn: `arn:aws:iam::${account}:user/carol`,
  name: 'carol',
  id: 'AIDACAROLEXAMPLE00001',
}

interface Situation {
  readonly title: string
  readonly principal: Principal
  readonly policies: PolicySet
  readonly authType?: 'AWS_IAM' | 'NONE'
  readonly qualifier?: string
  readonly inOrganization?: true
  readonly options?: ExplainOptions
}

const situations: readonly Situation[] = [
  {
    title: 'A new service calls for the first time; nobody granted anything.',
    principal: mailer,
    policies: {},
  },
  {
    title: 'The permission from a tutorial of 2024 is there.',
    principal: mailer,
    policies: { resource: functionPolicy(grantUrl(mailer.roleArn)) },
  },
  {
    title: 'One statement for both actions, copied from a forum.',
    principal: mailer,
    policies: {
      resource: functionPolicy({ ...grantUrl(mailer.roleArn), Sid: 'url', Action: [invokeUrl, invoke] }),
    },
  },
  {
    title: 'The URL went to the alias live; the policy stayed on the function.',
    principal: mailer,
    qualifier: 'live',
    policies: {},
    options: { related: [functionPolicy(grantUrl(mailer.roleArn), grantInvoke(mailer.roleArn))] },
  },
  {
    title: 'The stack was deleted and deployed again, and the role with it.',
    principal: mailer,
    policies: {
      resource: functionPolicy(grantUrl('AROAOLDMAILEREXAMPLE1'), grantInvoke('AROAOLDMAILEREXAMPLE1')),
    },
    options: { resolveUniqueId: () => undefined },
  },
  {
    title: 'The policy names the account, as one does for a bucket.',
    principal: mailer,
    policies: {
      resource: functionPolicy(
        grantUrl(`arn:aws:iam::${account}:root`),
        grantInvoke(`arn:aws:iam::${account}:root`),
      ),
      identity: [policy('identity', 'mailer-logs', { Effect: 'Allow', Action: 'logs:*', Resource: '*' })],
    },
  },
  {
    title: "A partner's job in another account; the function lets it in.",
    principal: partner,
    inOrganization: true,
    policies: { resource: functionPolicy(grantUrl(partner.roleArn), grantInvoke(partner.roleArn)) },
  },
  {
    title: 'A boundary that was made before there were function URLs.',
    principal: mailer,
    policies: {
      resource: functionPolicy(grantUrl(mailer.roleArn), grantInvoke(mailer.roleArn)),
      boundary: policy('boundary', 'developer-boundary', {
        Sid: 'Services',
        Effect: 'Allow',
        Action: ['s3:*', 'dynamodb:*', 'logs:*'],
        Resource: '*',
      }),
    },
  },
  {
    title: 'A guard that keeps everything inside the VPC.',
    principal: carol,
    policies: {
      identity: [
        policy('identity', 'carol-invoices', {
          Effect: 'Allow',
          Action: [invokeUrl, invoke],
          Resource: functionArn,
        }),
        policy('identity', 'only-from-vpc', {
          Sid: 'OnlyFromVpc',
          Effect: 'Deny',
          Action: '*',
          Resource: '*',
          Condition: { StringNotEquals: { 'aws:SourceVpc': 'vpc-0a1b2c3d' } },
        }),
      ],
    },
  },
  {
    title: 'The role is of another account, whose policies nobody here may read.',
    principal: partner,
    inOrganization: true,
    policies: {
      resource: functionPolicy(grantUrl(partner.roleArn)),
      unknown: ['identity', 'boundary', 'session', 'scp'],
    },
  },
]

/**
 * Prints the ten explanations.
 * @returns how many causes were told; not ok when a call was allowed after all
 */
export function run(): Promise<Outcome> {
  for (const [index, situation] of situations.entries()) {
    const explanation = explainSituation(situation)
    say(`${index === 0 ? '' : '\n\n'}--- ${index + 1}. ${situation.title}`)
    const code = 'AccessDeniedException'
    for (const line of renderRefusal({ gate: 'authorize', code, cause: explanation.says, explanation }))
      say(line)
  }
  return Promise.resolve({
    rows: [{ row: 'explanations', value: situations.length, unit: 'situations' }],
    ok: situations.every((situation) => !explainSituation(situation).allowed),
  })
}

function explainSituation(situation: Situation): Explanation {
  const { principal, policies, authType = 'AWS_IAM', qualifier, inOrganization, options } = situation
  const place = { id: 'o-a1b2c3d4e5', paths: ['o-a1b2c3d4e5/r-ab12/'] }
  const request = createFunctionUrlRequest({
    principal,
    functionArn: qualifier === undefined ? functionArn : `${functionArn}:${qualifier}`,
    authType,
    http: { sourceIp: '203.0.113.10', secureTransport: true, region: 'eu-central-1' },
    now: new Date(Date.UTC(2026, 10, 22)),
    ...(inOrganization && { organizations: { [account]: place } }),
  })
  return explain(request, policies, options)
}

function roleSession(owner: string, name: string, sessionName: string): Principal & { type: 'role-session' } {
  const roleId = 'AROANEWROLEEXAMPLE001'
  return {
    type: 'role-session',
    account: owner,
    arn: `arn:aws:sts::${owner}:assumed-role/${name}/${sessionName}`,
    roleArn: `arn:aws:iam::${owner}:role/${name}`,
    roleId,
    sessionName,
    id: `${roleId}:${sessionName}`,
  }
}

function policy(type: PolicyKind, name: string, ...statements: readonly object[]): CompiledPolicy {
  const document = JSON.stringify({ Version: '2012-10-17', Statement: statements })
  return compilePolicy(parsePolicy(document, type), { type, name })
}

function functionPolicy(...statements: readonly object[]): CompiledPolicy {
  return policy('resource', 'the policy of function invoices', ...statements)
}

function grantUrl(principal: string): object {
  return {
    Sid: 'mailer-url',
    Effect: 'Allow',
    Principal: { AWS: principal },
    Action: invokeUrl,
    Resource: functionArn,
    Condition: { StringEquals: { 'lambda:FunctionUrlAuthType': 'AWS_IAM' } },
  }
}

function grantInvoke(principal: string): object {
  return {
    Sid: 'mailer-invoke',
    Effect: 'Allow',
    Principal: { AWS: principal },
    Action: invoke,
    Resource: functionArn,
    Condition: { Bool: { 'lambda:InvokedViaFunctionUrl': 'true' } },
  }
}
