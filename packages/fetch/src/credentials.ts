import type { Credentials } from '@furlong/sigv4'

/** Credentials that may run out. */
export interface ExpiringCredentials extends Credentials {
  /** When they run out, as a date or in ISO 8601, as JSON has it; never, when absent. */
  readonly expiration?: Date | string
}

/** Fetches credentials, for example one of `@aws-sdk/credential-providers`. */
export type CredentialsProvider = () => ExpiringCredentials | Promise<ExpiringCredentials>

/** Credentials that were checked. */
export interface HeldCredentials extends Credentials {
  /** When they run out; never, when absent. */
  readonly expiration?: Date
}
