import type { CredentialsProvider } from './credentials.ts'

/** What to do when there are no credentials, for a message. */
export const whereToGetKeys: string =
  'give the option `credentials`, a function that fetches temporary keys, from a server of your own or from Amazon Cognito; there is no environment here, and keys of a user do not belong in a page'

/**
 * Loads the AWS SDK's chain of credential providers, where there is one.
 * @returns undefined: browsers and workers have no files, no containers and no instance to ask
 */
export function loadProviderChain(): Promise<CredentialsProvider | undefined> {
  return Promise.resolve(undefined)
}
