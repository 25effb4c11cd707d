export type { SignedBody } from './body.ts'
export type { CredentialsProvider, ExpiringCredentials } from './credentials.ts'
export { FetchError, type FetchErrorCode } from './errors.ts'
export type { SigningScope } from './scope.ts'
export {
  createRequestSigner,
  type RequestSigner,
  type SignedFetchRequest,
  type SignedRequestInit,
  type SigningOptions,
} from './sign-request.ts'
export { createSignedFetch, type SignedFetch, type SignedFetchOptions } from './signed-fetch.ts'
