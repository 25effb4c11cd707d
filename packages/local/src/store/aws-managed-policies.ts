import { partition } from './arns.ts'

/** A policy that AWS owns; its document is AWS's current default version. */
export interface AwsManagedPolicy {
  /** The unique id AWS gave it. */
  readonly id: string
  readonly name: string
  readonly path: string
  readonly description: string
  /** ISO 8601. */
  readonly createdAt: string
  readonly versionId: string
  readonly document: string
}

interface Statement {
  Sid?: string
  Effect: 'Allow'
  Action?: string | readonly string[]
  NotAction?: readonly string[]
  Resource: string | readonly string[]
  Condition?: unknown
}

function document(...statements: readonly Statement[]): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: statements })
}

const lambdaFullAccessServices: readonly string[] = [
  'cloudformation:DescribeStacks',
  'cloudformation:ListStackResources',
  'cloudwatch:ListMetrics',
  'cloudwatch:GetMetricData',
  'ec2:DescribeSecurityGroups',
  'ec2:DescribeSubnets',
  'ec2:DescribeVpcs',
  'kms:ListAliases',
  'iam:GetPolicy',
  'iam:GetPolicyVersion',
  'iam:GetRole',
  'iam:GetRolePolicy',
  'iam:ListAttachedRolePolicies',
  'iam:ListRolePolicies',
  'iam:ListRoles',
  'lambda:*',
  'logs:DescribeLogGroups',
  'states:DescribeStateMachine',
  'states:ListStateMachines',
  'tag:GetResources',
  'xray:GetTraceSummaries',
  'xray:BatchGetTraces',
]

/**
 * guess: ids, dates, version numbers and the newest actions of PowerUserAccess and AWSLambda_FullAccess were written down
 * without an account to compare with; what the policies are for is documented.
 */
const rows: readonly AwsManagedPolicy[] = [
  {
    id: 'ANPAIWMBCKSKIEE64ZLYK',
    name: 'AdministratorAccess',
    path: '/',
    description: 'Provides full access to AWS services and resources.',
    createdAt: '2015-02-06T18:39:46Z',
    versionId: 'v1',
    document: document({ Effect: 'Allow', Action: '*', Resource: '*' }),
  },
  {
    id: 'ANPAJYRXTHIB4FOVS3ZXS',
    name: 'PowerUserAccess',
    path: '/',
    description:
      'Provides full access to AWS services and resources, but does not allow management of Users and groups.',
    createdAt: '2015-02-06T18:39:47Z',
    versionId: 'v6',
    document: document(
      {
        Effect: 'Allow',
        NotAction: ['iam:*', 'organizations:*', 'account:*'],
        Resource: '*',
      },
      {
        Effect: 'Allow',
        Action: [
          'account:GetAccountInformation',
          'account:GetGovCloudAccountInformation',
          'account:GetPrimaryEmail',
          'account:ListRegions',
          'iam:CreateServiceLinkedRole',
          'iam:DeleteServiceLinkedRole',
          'iam:ListRoles',
          'organizations:DescribeEffectivePolicy',
          'organizations:DescribeOrganization',
        ],
        Resource: '*',
      },
    ),
  },
  {
    id: 'ANPAI7XKCFMBPM3QQRRVQ',
    name: 'IAMFullAccess',
    path: '/',
    description: 'Provides full access to IAM via the AWS Management Console.',
    createdAt: '2015-02-06T18:40:38Z',
    versionId: 'v2',
    document: document({
      Effect: 'Allow',
      Action: [
        'iam:*',
        'organizations:DescribeAccount',
        'organizations:DescribeOrganization',
        'organizations:DescribeOrganizationalUnit',
        'organizations:DescribePolicy',
        'organizations:ListChildren',
        'organizations:ListParents',
        'organizations:ListPoliciesForTarget',
        'organizations:ListRoots',
        'organizations:ListPolicies',
        'organizations:ListTargetsForPolicy',
      ],
      Resource: '*',
    }),
  },
  {
    id: 'ANPAJNCQGXC42545SKXIK',
    name: 'AWSLambdaBasicExecutionRole',
    path: '/service-role/',
    description: 'Provides write permissions to CloudWatch Logs.',
    createdAt: '2015-04-09T15:03:43Z',
    versionId: 'v1',
    document: document({
      Effect: 'Allow',
      Action: ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'],
      Resource: '*',
    }),
  },
  {
    id: 'ANPAJX4DPCRGTC4NFDUXI',
    name: 'AWSLambdaRole',
    path: '/service-role/',
    description: 'Default policy for AWS Lambda service role.',
    createdAt: '2015-02-06T18:41:28Z',
    versionId: 'v1',
    document: document({ Effect: 'Allow', Action: ['lambda:InvokeFunction'], Resource: ['*'] }),
  },
  {
    id: 'ANPAZKAPJZG4ONJCBIAZN',
    name: 'AWSLambda_FullAccess',
    path: '/',
    description:
      'Grants full access to AWS Lambda service, AWS Lambda console features, and other related AWS services.',
    createdAt: '2020-11-17T21:14:08Z',
    versionId: 'v1',
    document: document(
      { Effect: 'Allow', Action: lambdaFullAccessServices, Resource: '*' },
      {
        Effect: 'Allow',
        Action: 'iam:PassRole',
        Resource: '*',
        Condition: { StringEquals: { 'iam:PassedToService': 'lambda.amazonaws.com' } },
      },
      {
        Effect: 'Allow',
        Action: ['logs:DescribeLogStreams', 'logs:GetLogEvents', 'logs:FilterLogEvents'],
        Resource: 'arn:aws:logs:*:*:log-group:/aws/lambda/*',
      },
    ),
  },
]

/**
 * The AWS-managed policies that are served, by ARN.
 *
 * @see https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html
 */
export const awsManagedPolicies: ReadonlyMap<string, AwsManagedPolicy> = new Map(
  rows.map((row) => [`arn:${partition}:iam::aws:policy${row.path}${row.name}`, row]),
)
