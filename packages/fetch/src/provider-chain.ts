import type { CredentialsProvider } from './credentials.ts'

/**
 * Loads the AWS SDK's chain of credential providers, where there is one.
 * @returns undefined: browsers and workers have no files, no containers and no instance to ask
 */
export function loadProviderChain(): Promise<CredentialsProvider | undefined> {
  return Promise.resolve(undefined)
}
