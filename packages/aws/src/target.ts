import type { IAM } from '@aws-sdk/client-iam'
import type { Lambda } from '@aws-sdk/client-lambda'
import type { STS } from '@aws-sdk/client-sts'
import type { Credentials } from '@furlong/sigv4'
import { AwsError, isServiceError } from './errors.ts'
import { createPatience, passingRefusals, retry, type Patience } from './wait.ts'

/** Credentials, or how to get them each time they are needed. */
export type CredentialSource = Credentials | (() => Promise<Credentials>)

/** The account furlong works on: one of the local side, or one of AWS. */
export interface Target {
  readonly kind: 'local' | 'aws'
  readonly region: string
  /** Where the APIs answer; absent on AWS, where the SDK finds the region's own. */
  readonly endpoint?: string
  readonly credentials: CredentialSource
  /** The profile of the AWS configuration the credentials come from; only for saying so. */
  readonly profile?: string
}

/** The three SDK clients of a target, each made (and its package loaded) when first asked for. */
export interface Clients {
  lambda(): Promise<Lambda>
  iam(): Promise<IAM>
  sts(): Promise<STS>
}

function once<T>(create: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined
  return () => (made ??= create())
}

/** How long a call goes on while AWS refuses it for a reason that passes, in milliseconds. */
const patienceMs = 60_000

/**
 * Creates the SDK clients of a target. Beside what the SDK tries again by itself, they repeat what AWS refuses for a reason that
 * passes, such as a role that Lambda does not know yet; calls of functions are left as they are.
 * @param target the account to work on
 * @param signal ends the waiting for what passes
 * @returns the clients, loaded lazily
 */
export function createClients(target: Target, signal?: AbortSignal): Clients {
  const { credentials } = target
  const configuration = {
    region: target.region,
    // A copy: the SDK writes into the credentials it is given.
    credentials: typeof credentials === 'function' ? credentials : { ...credentials },
    ...(target.endpoint === undefined ? {} : { endpoint: target.endpoint }),
  }
  const patience = createPatience(target, patienceMs, signal)
  return {
    lambda: once(async () =>
      patient(new (await import('@aws-sdk/client-lambda')).Lambda(configuration), patience),
    ),
    iam: once(async () => patient(new (await import('@aws-sdk/client-iam')).IAM(configuration), patience)),
    sts: once(async () => new (await import('@aws-sdk/client-sts')).STS(configuration)),
  }
}

function patient<T extends Lambda | IAM>(client: T, patience: Patience): T {
  const stack = client.middlewareStack as Lambda['middlewareStack']
  stack.add(
    (next, { commandName = '' }) =>
      async (args) =>
        commandName.startsWith('Invoke') ? next(args) : retry(() => next(args), patience, passingRefusals),
    { step: 'initialize', name: 'furlongPatience' },
  )
  return client
}

/**
 * Creates the target for an account of AWS from the SDK's own credential chain (profiles, SSO, process, container, instance).
 * @param options `profile` of the AWS configuration files; `region`, else the environment's or the profile's
 * @returns the target; credentials are looked up when first used
 * @throws {AwsError} `RegionMissing` when neither the options, the environment nor the profile names a region
 */
export async function createAwsTarget(options: { profile?: string; region?: string } = {}): Promise<Target> {
  const [{ fromNodeProviderChain }, { Lambda }] = await Promise.all([
    import('@aws-sdk/credential-providers'),
    import('@aws-sdk/client-lambda'),
  ])
  const profile = options.profile === undefined ? {} : { profile: options.profile }
  const region = options.region ?? (await readConfiguredRegion(() => new Lambda(profile).config.region()))
  const chain = fromNodeProviderChain(profile)
  // The SDK says with the question which region the credentials are for.
  const credentials = (...asked: Parameters<typeof chain>): Promise<Credentials> =>
    chain(...asked).catch(rethrowOfProfile(options.profile))
  return { kind: 'aws', region, credentials, ...profile }
}

/** The chain tells that nothing was found, and not where. */
function rethrowOfProfile(profile: string | undefined): (cause: unknown) => never {
  return (cause) => {
    if (profile === undefined || !isServiceError(cause, 'CredentialsProviderError')) throw cause
    throw new AwsError(
      'CredentialsMissing',
      `The profile ${profile} gives no credentials: ${cause.message.replace(/\.$/, '')}.`,
      { cause, tryThis: 'aws configure list-profiles, which shows those there are' },
    )
  }
}

async function readConfiguredRegion(read: () => Promise<string>): Promise<string> {
  try {
    return await read()
  } catch (cause) {
    throw new AwsError('RegionMissing', 'No region is named by --region, AWS_REGION or the profile.', {
      cause,
      tryThis: '--region us-east-1',
    })
  }
}

/**
 * Reads the credentials of a source once.
 * @param source credentials, or how to get them
 * @returns the credentials as they are now
 */
export async function readCredentials(source: CredentialSource): Promise<Credentials> {
  return typeof source === 'function' ? source() : source
}
