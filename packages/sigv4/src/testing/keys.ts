/** The keys, the clock and the host that the tests of signing and verifying share. */
import { parseAmzDate } from '../amz-date.ts'
import type { Credentials } from '../credentials.ts'
import type { SignOptions } from '../signable-request.ts'
import type { VerifyOptions } from '../verify.ts'

export const credentials = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
} as const satisfies Credentials

export const temporary = {
  ...credentials,
  accessKeyId: 'ASIAEXAMPLE',
  sessionToken: 'IQoJb3JpZ2luX2VjEXAMPLE//token+==',
} as const satisfies Credentials

export const host = 'abcdefghijklmnopqrstuvwxyz012345.lambda-url.us-east-1.on.aws'

export const now: Date = parseAmzDate('20261122T094500Z') ?? new Date(Number.NaN)

/** Lenient, so that the verifier can be shown what a careful signer would not sign. */
export const signing: SignOptions = {
  credentials,
  region: 'us-east-1',
  service: 'lambda',
  now,
  allowUnsignedPayload: true,
}

/** Knows both keys; ASIAEXPIRED is one whose session has ended. */
export const options: VerifyOptions = {
  lookup: (accessKeyId, sessionToken) => {
    if (accessKeyId === 'ASIAEXPIRED') return { code: 'ExpiredTokenException' }
    const known = [credentials, temporary].find((one) => one.accessKeyId === accessKeyId)
    if (!known || ('sessionToken' in known ? known.sessionToken : undefined) !== sessionToken) {
      return { code: 'UnrecognizedClientException' }
    }
    return { secretAccessKey: known.secretAccessKey }
  },
  region: 'us-east-1',
  service: 'lambda',
  now,
}
