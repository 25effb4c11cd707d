import type { Credentials } from '@furlong/sigv4'

/** Credentials that may run out. */
export interface ExpiringCredentials extends Credentials {
  /** When they run out; never, when absent. */
  readonly expiration?: Date
}

/** Fetches credentials, for example one of `@aws-sdk/credential-providers`. */
export type CredentialsProvider = () => ExpiringCredentials | Promise<ExpiringCredentials>
