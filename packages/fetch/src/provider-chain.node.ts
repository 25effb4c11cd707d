import type { CredentialsProvider } from './credentials.ts'

/** The one export of `@aws-sdk/credential-providers` that is used. */
interface ProviderPackage {
  readonly fromNodeProviderChain: () => CredentialsProvider
}

/** What to do when there are no credentials, for a message. */
export const whereToGetKeys: string =
  'set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (and AWS_SESSION_TOKEN for temporary ones), or the option `credentials`; for profiles, SSO, web identity, containers and instances, install `@aws-sdk/credential-providers`, which is then found by itself'

/**
 * Loads the AWS SDK's chain of credential providers (profiles, SSO, containers, web identity, instances).
 * @returns the chain; undefined when `@aws-sdk/credential-providers` is not installed
 */
export async function loadProviderChain(): Promise<CredentialsProvider | undefined> {
  // Not written into the import itself: a bundler would pull the whole SDK into functions that never ask for it.
  const name: string = ['@aws-sdk', 'credential-providers'].join('/')
  try {
    const { fromNodeProviderChain } = (await import(name)) as ProviderPackage
    return fromNodeProviderChain()
  } catch (error) {
    if (isNotInstalled(error, name)) return undefined
    throw error
  }
}

function isNotInstalled(error: unknown, name: string): boolean {
  if (!(error instanceof Error)) return false
  const { code } = error as { code?: unknown }
  return (code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND') && error.message.includes(name)
}
