export { formatAmzDate, parseAmzDate } from './amz-date.ts'
export { readAuthorization, type SignatureForm } from './authorization.ts'
export type { CredentialScope } from './canonical-request.ts'
export { type CanonicalStrings, readCanonicalStrings } from './canonical-strings.ts'
export {
  type CanonicalDifference,
  type CanonicalPart,
  compareCanonicalStrings,
} from './compare-canonical-strings.ts'
export type { Credentials } from './credentials.ts'
export { diagnose, type Diagnosis, type MistakeId } from './diagnose.ts'
export type { SigV4Failure } from './failures.ts'
export { maskToken } from './mask.ts'
export { longestExpirySeconds, presign, type PresignedRequest, type PresignOptions } from './presign.ts'
export type { HashedRequest, RawRequest } from './received-request.ts'
export {
  type HeaderPair,
  type SignableRequest,
  type SignOptions,
  signsHeaderByDefault,
} from './signable-request.ts'
export { sign, type SignedRequest } from './sign.ts'
export { type KeyLookup, type SigningTrace, type Verification, verify, type VerifyOptions } from './verify.ts'
