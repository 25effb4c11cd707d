/** A side in memory with clients of IAM and STS, for tests of the control plane. */
import { IAM } from '@aws-sdk/client-iam'
import { Lambda } from '@aws-sdk/client-lambda'
import { STS } from '@aws-sdk/client-sts'

import type { LocalAccount } from '../side/sides.ts'
import { type Local, startLocal } from '../start.ts'

/** Credentials as clients take them. */
export interface Keys {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

/** What STS and IAM answer with. */
interface IssuedKeys {
  readonly AccessKeyId?: string | undefined
  readonly SecretAccessKey?: string | undefined
  readonly SessionToken?: string | undefined
}

/** A side, and clients of it that are closed with it. */
export interface IamSide {
  readonly local: Local
  readonly accounts: readonly LocalAccount[]
  /** The first account's administrator. */
  readonly iam: IAM
  readonly sts: STS
  readonly iamAs: (keys: Keys) => IAM
  readonly stsAs: (keys: Keys) => STS
  readonly lambdaAs: (keys: Keys) => Lambda
  /** Makes a user with a key. */
  readonly createUser: (name: string) => Promise<Keys>
  readonly close: () => Promise<void>
}

/** The keys in an answer. */
export function readKeys(issued: IssuedKeys | undefined): Keys {
  const { AccessKeyId = '', SecretAccessKey = '', SessionToken } = issued ?? {}
  return {
    accessKeyId: AccessKeyId,
    secretAccessKey: SecretAccessKey,
    ...(SessionToken === undefined ? {} : { sessionToken: SessionToken }),
  }
}

/** A policy with one statement that allows. */
export function allow(Action: string | readonly string[], Resource = '*', extra: object = {}): string {
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action, Resource, ...extra }],
  })
}

/** A trust policy with one statement. */
export function trust(Principal: object, extra: object = {}): string {
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal, Action: 'sts:AssumeRole', ...extra }],
  })
}

/** Starts a side. */
export async function startIamSide(): Promise<IamSide> {
  const local = await startLocal({ memory: true })
  const { accounts } = local
  const [first] = accounts
  if (first === undefined) throw new TypeError('The side has no account.')
  const clients: { destroy: () => void }[] = []
  const configure = (
    keys: Keys,
  ): { endpoint: string; region: string; credentials: Keys; maxAttempts: number } => ({
    endpoint: local.endpoint,
    region: local.region,
    // The SDK writes into the credentials it is given.
    credentials: { ...keys },
    maxAttempts: 1,
  })
  const keep = <Client extends { destroy: () => void }>(client: Client): Client => {
    clients.push(client)
    return client
  }
  const iamAs = (keys: Keys): IAM => keep(new IAM(configure(keys)))
  const stsAs = (keys: Keys): STS => keep(new STS(configure(keys)))
  const iam = iamAs(first)
  return {
    local,
    accounts,
    iam,
    sts: stsAs(first),
    iamAs,
    stsAs,
    lambdaAs: (keys) => keep(new Lambda(configure(keys))),
    createUser: async (UserName) => {
      await iam.createUser({ UserName })
      return readKeys((await iam.createAccessKey({ UserName })).AccessKey)
    },
    close: async () => {
      for (const client of clients) client.destroy()
      await local.close()
    },
  }
}
