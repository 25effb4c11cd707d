import { fileURLToPath } from 'node:url'
import { IAM } from '@aws-sdk/client-iam'
import { Lambda } from '@aws-sdk/client-lambda'
import { trustPolicy } from '@furlong/aws'
import { startLocal } from '@furlong/local'
import { build } from 'esbuild'
import { strToU8, zipSync } from 'fflate'

/** The id that stands in the programs, as that of a URL on AWS would. */
const urlId = 'reachreachreachreachreachreach01'

/** The address that is written into the programs. */
export const awsUrl = `https://${urlId}.lambda-url.us-east-1.on.aws/book?page=5`

/** Keys in the environment of a client. */
export type ClientKeys = Readonly<Record<string, string>>

/** What a client made of three calls: its own keys, a wrong secret, and a user without permissions. */
export interface Calls {
  readonly right: Answer
  readonly wrongKey: Answer
  readonly stranger: Answer
}
type Answer = readonly [status: number, body: string]

/** A function that calls the URL by its address on AWS. */
export interface CallingFunction {
  readonly name: string
  readonly call: () => Promise<Calls>
}

/** A local side with a function, its URL, and those who call it. */
export interface Stage {
  /** Addresses of the URL, by way. */
  readonly urls: Readonly<Record<'port' | 'localhost' | 'prefix' | 'aws', string>>
  readonly endpoint: string
  readonly keys: ClientKeys
  /** What `furlong run` adds to a program's environment. */
  readonly reach: Readonly<Record<string, string>>
  readonly functions: readonly CallingFunction[]
  readonly close: () => Promise<void>
}

const mayCall = JSON.stringify({
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Action: ['lambda:InvokeFunctionUrl', 'lambda:InvokeFunction'], Resource: '*' },
  ],
})

/** Says who called, and which path. */
const books = `export const handler = async ({ rawPath, requestContext }) => ({
  path: rawPath,
  caller: requestContext.authorizer.iam.userArn,
  host: requestContext.domainName,
})`

/**
 * Starts a local side in memory and puts the functions on it.
 * @returns the stage; it answers AWS's hosts of Lambda, IAM and STS too
 */
export async function openStage(): Promise<Stage> {
  const local = await startLocal({ memory: true, awsHosts: true })
  const [administrator] = local.accounts
  if (administrator === undefined) throw new TypeError('The local side has no account')
  const configuration = { endpoint: local.endpoint, region: 'us-east-1', credentials: { ...administrator } }
  const [lambda, iam] = [new Lambda(configuration), new IAM(configuration)]
  const createFunction = async (
    name: string,
    runtime: string,
    files: Record<string, string>,
  ): Promise<void> => {
    const { Role } = await iam.createRole({ RoleName: `${name}-role`, AssumeRolePolicyDocument: trustPolicy })
    const zip = zipSync(
      Object.fromEntries(Object.entries(files).map(([file, text]) => [file, strToU8(text)])),
    )
    await lambda.createFunction({
      FunctionName: name,
      Runtime: runtime as 'nodejs24.x',
      Handler: 'index.handler',
      Role: Role?.Arn,
      Timeout: 60,
      Code: { ZipFile: zip },
      ...(name === 'books' ? { Tags: { 'furlong:url-id': urlId } } : {}),
    })
  }
  await createFunction('books', 'nodejs24.x', { 'index.mjs': books })
  const { FunctionUrl = '' } = await lambda.createFunctionUrlConfig({
    FunctionName: 'books',
    AuthType: 'AWS_IAM',
  })
  await iam.createUser({ UserName: 'stranger' })
  const { AccessKey: stranger } = await iam.createAccessKey({ UserName: 'stranger' })
  const invoke = async (name: string, payload: object): Promise<Answer> => {
    const { Payload, FunctionError } = await lambda.invoke({
      FunctionName: name,
      Payload: JSON.stringify(payload),
    })
    const text = Buffer.from(Payload ?? []).toString()
    if (FunctionError !== undefined) throw new Error(text)
    return JSON.parse(text) as Answer
  }
  const createCaller = async (
    name: string,
    runtime: string,
    files: Record<string, string>,
  ): Promise<CallingFunction> => {
    for (const one of [`${name}-caller`, `${name}-stranger`]) await createFunction(one, runtime, files)
    await iam.putRolePolicy({ RoleName: `${name}-caller-role`, PolicyName: 'call', PolicyDocument: mayCall })
    return {
      name,
      call: async () => ({
        right: await invoke(`${name}-caller`, { url: awsUrl }),
        wrongKey: await invoke(`${name}-caller`, { url: awsUrl, suffix: 'x' }),
        stranger: await invoke(`${name}-stranger`, { url: awsUrl }),
      }),
    }
  }
  return {
    endpoint: local.endpoint,
    urls: {
      port: `${FunctionUrl}book?page=5`,
      localhost: `http://${urlId}.lambda-url.us-east-1.localhost:${local.port}/book?page=5`,
      prefix: `${local.endpoint}/_url/${urlId}/book?page=5`,
      aws: awsUrl,
    },
    keys: {
      AWS_ACCESS_KEY_ID: administrator.accessKeyId,
      AWS_SECRET_ACCESS_KEY: administrator.secretAccessKey,
      AWS_DEFAULT_REGION: 'us-east-1',
      AWS_REGION: 'us-east-1',
      STRANGER_ACCESS_KEY_ID: stranger?.AccessKeyId ?? '',
      STRANGER_SECRET_ACCESS_KEY: stranger?.SecretAccessKey ?? '',
    },
    reach: (await local.reachEnvironment({})).variables,
    functions: [
      await createCaller('nodejs24', 'nodejs24.x', { 'index.mjs': await bundleCaller() }),
      await createCaller('python', 'python3.13', { 'index.py': pythonCaller }),
    ],
    close: async () => {
      lambda.destroy()
      iam.destroy()
      await local.close()
    },
  }
}

/** With the signer inside, as people deploy it. */
async function bundleCaller(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('programs/function.mjs', import.meta.url))],
    bundle: true,
    write: false,
    platform: 'node',
    format: 'esm',
    logLevel: 'error',
  })
  return outputFiles[0]?.text ?? ''
}

const pythonCaller = `import os
import urllib.error
import urllib.request

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials


def handler(event, context):
    keys = [os.environ[name] for name in ('AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN')]
    keys[1] += event.get('suffix', '')
    request = AWSRequest(method='GET', url=event['url'])
    SigV4Auth(Credentials(*keys), 'lambda', 'us-east-1').add_auth(request)
    try:
        with urllib.request.urlopen(urllib.request.Request(event['url'], headers=dict(request.headers))) as response:
            return [response.status, response.read().decode()]
    except urllib.error.HTTPError as error:
        return [error.code, error.read().decode()]
`
