export type { SignedBody } from './body.ts'
export type { CredentialsProvider, ExpiringCredentials } from './credentials.ts'
export { isAccessDenied, isSignatureError } from './error-kinds.ts'
export { FetchError, type FetchErrorCode } from './errors.ts'
export type { SignedResponse } from './exchange.ts'
export { type AnswerParts, readAnswer } from './answer.ts'
export { classifyAnswer, type Refusal, type RefusalTag } from './refusal.ts'
export type { SignedRequestInit } from './request-input.ts'
export { type RetryCause, type RetryOptions, type RetryRow, retryTable } from './retry.ts'
export type { SigningScope } from './scope.ts'
export {
  createRequestSigner,
  type RequestSigner,
  type SignedFetchRequest,
  type SigningOptions,
} from './sign-request.ts'
export { createSignedFetch, type SignedFetch, type SignedFetchOptions } from './signed-fetch.ts'
