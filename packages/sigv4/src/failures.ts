import { algorithm, terminator } from './canonical-request.ts'

/** The codes with which AWS refuses a signature. */
export type SigV4Failure =
  | 'MissingAuthenticationTokenException'
  | 'IncompleteSignatureException'
  | 'UnrecognizedClientException'
  | 'ExpiredTokenException'
  | 'InvalidSignatureException'

/** A refusal: AWS's code and AWS's text. */
export interface Refusal {
  readonly code: SigV4Failure
  readonly message: string
}

/** The refusals that have one text. */
export const refusals: Readonly<
  Record<'missing' | 'mismatch' | 'unrecognized' | 'expiredToken' | 'hostNotSigned' | 'dateRepeated', Refusal>
> = {
  missing: { code: 'MissingAuthenticationTokenException', message: 'Missing Authentication Token' },
  mismatch: {
    code: 'InvalidSignatureException',
    message:
      'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
  },
  unrecognized: {
    code: 'UnrecognizedClientException',
    message: 'The security token included in the request is invalid.',
  },
  // guess: the text of the Lambda API, taken to hold for function URLs.
  expiredToken: {
    code: 'ExpiredTokenException',
    message: 'The security token included in the request is expired',
  },
  // guess: the text of other AWS services.
  hostNotSigned: {
    code: 'InvalidSignatureException',
    message: "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.",
  },
  // guess: two dates leave none to go by.
  dateRepeated: {
    code: 'IncompleteSignatureException',
    message: "Authorization header requires existence of exactly one 'X-Amz-Date' or 'Date' header.",
  },
}

/** The sentences AWS adds up when a scope is wrong; each ends in a blank, as AWS's do. */
export const scopeSentences: Readonly<{
  region: () => string
  service: (expected: string) => string
  terminator: () => string
  date: (scopeDate: string, amzDate: string) => string
}> = {
  // guess: AWS may name the region it expects.
  region: () => 'Credential should be scoped to a valid region. ',
  service: (expected) => `Credential should be scoped to correct service: '${expected}'. `,
  // guess: the text of other AWS services, without the value that was sent.
  terminator: () => `Credential should be scoped with a valid terminator: '${terminator}'. `,
  // guess: the text of other AWS services.
  date: (scopeDate, amzDate) =>
    `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '${scopeDate}' != '${amzDate.slice(0, 8)}', from '${amzDate}'. `,
}

/** The refusals whose texts name values of the request; none of those is a secret. */
export const createRefusal: Readonly<{
  scope: (sentences: string) => Refusal
  expired: (amzDate: string, earliest: string, now: string, window: string) => Refusal
  notYetCurrent: (amzDate: string, latest: string, now: string, window: string) => Refusal
  headerNotSigned: (header: string) => Refusal
  algorithm: () => Refusal
  notKeyValue: () => Refusal
  incompleteHeader: (missing: readonly string[]) => Refusal
  incompleteQuery: (missing: readonly string[]) => Refusal
  credential: () => Refusal
  date: () => Refusal
  expiry: () => Refusal
  repeated: (what: string) => Refusal
  twoForms: () => Refusal
}> = {
  // guess: wrong service is reported with InvalidSignatureException; its text is reported by users.
  scope: (sentences) => ({ code: 'InvalidSignatureException', message: sentences }),
  expired: (amzDate, earliest, now, window) => ({
    code: 'InvalidSignatureException',
    message: `Signature expired: ${amzDate} is now earlier than ${earliest} (${now} - ${window})`,
  }),
  notYetCurrent: (amzDate, latest, now, window) => ({
    code: 'InvalidSignatureException',
    message: `Signature not yet current: ${amzDate} is still later than ${latest} (${now} + ${window})`,
  }),
  // guess: by analogy with the text for Host.
  headerNotSigned: (header) => ({
    code: 'InvalidSignatureException',
    message: `'${header}' must be a 'SignedHeader' in the AWS Authorization.`,
  }),
  // guess: the texts below are those of other AWS services; where AWS repeats the header, hashed or not, they end.
  algorithm: () => ({
    code: 'IncompleteSignatureException',
    message: `Unsupported AWS 'algorithm': only '${algorithm}' is served.`,
  }),
  notKeyValue: () => ({
    code: 'IncompleteSignatureException',
    message: 'Invalid key=value pair (missing equal-sign) in Authorization header.',
  }),
  incompleteHeader: (missing) => ({
    code: 'IncompleteSignatureException',
    message: missing.map((name) => sentenceOfHeader[name] ?? '').join(' '),
  }),
  incompleteQuery: (missing) => ({
    code: 'IncompleteSignatureException',
    message:
      missing.map((name) => `AWS query-string parameters must include '${name}'.`).join(' ') +
      ' Re-examine the query-string parameters.',
  }),
  credential: () => ({
    code: 'IncompleteSignatureException',
    message: 'Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term.',
  }),
  date: () => ({
    code: 'IncompleteSignatureException',
    message: "Date must be in ISO-8601 'basic format'. See http://en.wikipedia.org/wiki/ISO_8601",
  }),
  expiry: () => ({
    code: 'IncompleteSignatureException',
    message: "'X-Amz-Expires' must be a whole number from 1 to 604800.",
  }),
  repeated: (what) => ({
    code: 'IncompleteSignatureException',
    message: `The request must hold '${what}' only once.`,
  }),
  twoForms: () => ({
    code: 'IncompleteSignatureException',
    message: 'The request must be signed in its Authorization header or in its query string, not in both.',
  }),
}

const sentenceOfHeader: Readonly<Record<string, string>> = {
  Credential: "Authorization header requires 'Credential' parameter.",
  Signature: "Authorization header requires 'Signature' parameter.",
  SignedHeaders: "Authorization header requires 'SignedHeaders' parameter.",
  Date: "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.",
}
