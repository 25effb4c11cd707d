/** The suite's functions, URLs and callers on a local side of their own. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { IAM } from '@aws-sdk/client-iam'
import { type FunctionUrlAuthType, type InvokeMode, Lambda, type Cors } from '@aws-sdk/client-lambda'
import { trustPolicy } from '@furlong/aws'
import { startLocal } from '@furlong/local'
import type { Credentials } from '@furlong/sigv4'
import { strToU8, zipSync } from 'fflate'
import { type UrlName, type UrlTarget, urlNames } from './target.ts'

interface UrlRow {
  readonly source: 'commanded' | 'streaming' | 'plain'
  readonly authType?: FunctionUrlAuthType
  readonly mode?: InvokeMode
  readonly cors?: Cors
  /** Which of the two actions callers are granted; both unless said. */
  readonly actions?: readonly string[]
  readonly alias?: string
}

const bothActions = ['lambda:InvokeFunctionUrl', 'lambda:InvokeFunction'] as const

/** What each URL is like; README.md says the same for AWS. */
const urlRows: Readonly<Record<UrlName, UrlRow>> = {
  iam: { source: 'commanded' },
  public: { source: 'commanded', authType: 'NONE', cors: { AllowOrigins: ['*'] } },
  halfPublic: { source: 'commanded', authType: 'NONE', actions: ['lambda:InvokeFunctionUrl'] },
  cors: {
    source: 'commanded',
    cors: {
      AllowOrigins: ['https://app.example'],
      AllowHeaders: ['Content-Type', 'X-Own'],
      AllowMethods: ['GET', 'POST'],
      ExposeHeaders: ['X-Shown'],
      AllowCredentials: true,
      MaxAge: 60,
    },
  },
  stream: { source: 'streaming', mode: 'RESPONSE_STREAM' },
  streamOfBuffered: { source: 'plain', mode: 'RESPONSE_STREAM' },
  bufferedOfStream: { source: 'streaming' },
  alias: { source: 'commanded', alias: 'live' },
}

/** A running side with the suite's resources. */
export interface SuiteSide {
  readonly target: UrlTarget
  close(): Promise<void>
}

/**
 * Starts a local side in memory and makes everything the suite calls on it.
 *
 * @returns the side; close it
 */
export async function startSuiteSide(): Promise<SuiteSide> {
  const sharedFolder = await mkdtemp(join(tmpdir(), 'furlong-url-'))
  const local = await startLocal({ memory: true })
  const [administrator] = local.accounts
  if (administrator === undefined) throw new TypeError('The local side has no account')
  const configuration = {
    endpoint: local.endpoint,
    region: local.region,
    credentials: { ...administrator },
  }
  const lambda = new Lambda(configuration)
  const iam = new IAM(configuration)
  const { Role } = await iam.createRole({ RoleName: 'suite', AssumeRolePolicyDocument: trustPolicy })
  const granted = await createUser(iam, 'granted')
  const denied = await createUser(iam, 'denied')
  const urls: Partial<Record<UrlName, string>> = {}
  for (const name of urlNames) {
    urls[name] = await createUrl(
      lambda,
      Role?.Arn ?? '',
      `arn:aws:iam::${administrator.accountId}:user/granted`,
      name,
    )
  }
  return {
    target: {
      kind: 'local',
      region: local.region,
      urls: urls as Record<UrlName, string>,
      callers: { granted, denied },
      anyHost: local.endpoint,
      sharedFolder,
    },
    close: async () => {
      await local.close()
      await rm(sharedFolder, { recursive: true })
    },
  }
}

async function createUser(iam: IAM, UserName: string): Promise<Credentials> {
  await iam.createUser({ UserName })
  const { AccessKey } = await iam.createAccessKey({ UserName })
  return { accessKeyId: AccessKey?.AccessKeyId ?? '', secretAccessKey: AccessKey?.SecretAccessKey ?? '' }
}

async function createUrl(lambda: Lambda, Role: string, caller: string, name: UrlName): Promise<string> {
  const { source, authType = 'AWS_IAM', mode, cors, alias, actions = bothActions } = urlRows[name]
  const code = await readFile(new URL(`functions/${source}.mjs`, import.meta.url), 'utf8')
  await lambda.createFunction({
    FunctionName: name,
    Runtime: 'nodejs24.x',
    Handler: 'index.handler',
    Role,
    Timeout: 5,
    Code: { ZipFile: zipSync({ 'index.mjs': strToU8(code) }) },
    Publish: alias !== undefined,
  })
  const at = { FunctionName: name, ...(alias === undefined ? {} : { Qualifier: alias }) }
  if (alias !== undefined) {
    await lambda.createAlias({ FunctionName: name, Name: alias, FunctionVersion: '1' })
  }
  const { FunctionUrl = '' } = await lambda.createFunctionUrlConfig({
    ...at,
    AuthType: authType,
    ...(mode === undefined ? {} : { InvokeMode: mode }),
    ...(cors === undefined ? {} : { Cors: cors }),
  })
  const Principal = authType === 'NONE' ? '*' : caller
  for (const Action of actions) {
    await lambda.addPermission({
      ...at,
      StatementId: Action.slice('lambda:'.length),
      Action,
      Principal,
      ...(Action === 'lambda:InvokeFunctionUrl'
        ? { FunctionUrlAuthType: authType }
        : { InvokedViaFunctionUrl: true }),
    })
  }
  return FunctionUrl
}
