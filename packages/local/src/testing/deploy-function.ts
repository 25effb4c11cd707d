/** Sets up functions for tests, through the AWS SDK as any client would. */
import { IAM } from '@aws-sdk/client-iam'
import { Lambda } from '@aws-sdk/client-lambda'
import { strToU8, zipSync } from 'fflate'
import type { Local } from '../start.ts'

/** SDK clients of one account's administrator. */
export interface Administrator {
  readonly lambda: Lambda
  readonly iam: IAM
}

/** Clients for one account of a side, the first by default. */
export function createAdministrator(local: Local, accountIndex = 0): Administrator {
  const credentials = local.accounts[accountIndex]
  if (credentials === undefined) throw new TypeError(`The side has no account ${accountIndex}.`)
  // The SDK writes into the credentials it is given.
  const configuration = { endpoint: local.endpoint, region: local.region, credentials: { ...credentials } }
  return { lambda: new Lambda(configuration), iam: new IAM(configuration) }
}

/** Trusts Lambda, as the role of a function must. */
export const lambdaTrust: string = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
})

/** A zip of text files; of the same files the same bytes, whenever it is made. */
export function createZip(files: Readonly<Record<string, string>>): Uint8Array {
  return zipSync(
    Object.fromEntries(Object.entries(files).map(([name, text]) => [name, strToU8(text)] as const)),
    { mtime: new Date(2000, 0, 1) },
  )
}

/** Answers with its event and an environment variable, writes a log line, and fails when it is asked to. */
export const handlerZip: Uint8Array = createZip({
  'index.mjs': `export const handler = async (event, context) => {
    console.log('hello from', context.functionName)
    if (event.fail) throw new TypeError('as asked')
    return { event, name: process.env.NAME ?? null }
  }`,
})

/**
 * Makes a role and a Node function of that name.
 *
 * @returns ARNs of both
 */
export async function deployFunction(
  { lambda, iam }: Administrator,
  name: string,
  source: string,
  options: { readonly timeoutSeconds?: number } = {},
): Promise<{ functionArn: string; roleArn: string }> {
  const { Role } = await iam.createRole({
    RoleName: `${name}-role`,
    AssumeRolePolicyDocument: lambdaTrust,
  })
  const roleArn = Role?.Arn ?? ''
  const { FunctionArn = '' } = await lambda.createFunction({
    FunctionName: name,
    Runtime: 'nodejs24.x',
    Handler: 'index.handler',
    Role: roleArn,
    Timeout: options.timeoutSeconds ?? 10,
    Code: { ZipFile: createZip({ 'index.mjs': source }) },
  })
  return { functionArn: FunctionArn, roleArn }
}

/** Grants both actions to a role or user. */
export async function grantBoth(
  { lambda }: Administrator,
  functionName: string,
  principal: string,
): Promise<void> {
  const FunctionName = functionName
  await lambda.addPermission({
    FunctionName,
    StatementId: 'url',
    Action: 'lambda:InvokeFunctionUrl',
    Principal: principal,
    FunctionUrlAuthType: 'AWS_IAM',
  })
  await lambda.addPermission({
    FunctionName,
    StatementId: 'invoke',
    Action: 'lambda:InvokeFunction',
    Principal: principal,
    InvokedViaFunctionUrl: true,
  })
}
