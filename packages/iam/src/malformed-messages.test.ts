import { describe, expect, it } from 'vitest'
import { parsePolicy } from './parse-policy.ts'
import { PolicyError } from './policy-error.ts'
import type { PolicyKind } from './policy.ts'

const plain = { Effect: 'Allow', Action: 'lambda:InvokeFunction', Resource: '*' }
const trust = { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'lambda.amazonaws.com' } }
const { Resource: _resource, ...withoutResource } = plain
const { Principal: _principal, ...withoutPrincipal } = trust

function readMessage(document: unknown, kind: PolicyKind): string {
  const text = typeof document === 'string' ? document : JSON.stringify(document)
  try {
    parsePolicy(text, kind)
  } catch (error) {
    if (error instanceof PolicyError) return error.awsMessage
    throw error
  }
  throw new Error(`was accepted: ${text}`)
}

const of = (...Statement: object[]): object => ({ Version: '2012-10-17', Statement })

describe("AWS's sentences for identity policies", () => {
  it.each<[string, unknown, string]>([
    ['no JSON', 'no JSON', 'Syntax errors in policy.'],
    ['no object', 'null', 'Syntax errors in policy.'],
    ['an unknown version', { Version: '2013-10-17', Statement: plain }, 'Syntax errors in policy.'],
    ['no statement', { Version: '2012-10-17' }, 'Syntax errors in policy.'],
    ['an empty list of statements', of(), 'Syntax errors in policy.'],
    ['an unknown element', of({ ...plain, Extra: 1 }), 'Syntax errors in policy.'],
    ['an effect in lower case', of({ ...plain, Effect: 'allow' }), 'The policy failed legacy parsing'],
    ['another effect', of({ ...plain, Effect: 'Permit' }), 'Syntax errors in policy.'],
    ['no effect', of({ ...plain, Effect: undefined }), 'Syntax errors in policy.'],
    ['no action', of({ ...plain, Action: undefined }), 'Policy statement must contain actions.'],
    ['an empty list of actions', of({ ...plain, Action: [] }), 'Policy statement must contain actions.'],
    ['no resource', of(withoutResource), 'Policy statement must contain resources.'],
    [
      'an empty list of resources',
      of({ ...plain, Resource: [] }),
      'Policy statement must contain resources.',
    ],
    ['a principal', of({ ...plain, Principal: '*' }), 'Policy document should not specify a principal.'],
    [
      'the same Sid twice',
      of({ ...plain, Sid: 'a' }, { ...plain, Sid: 'a' }),
      'Statement IDs (SID) in a single policy must be unique.',
    ],
    [
      'a Sid with a blank',
      of({ ...plain, Sid: 'a b' }),
      'Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*',
    ],
    [
      'an action without a service',
      of({ ...plain, Action: 'InvokeFunction' }),
      'Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.',
    ],
    [
      'an action with two colons',
      of({ ...plain, Action: 's3:List:Bucket' }),
      'Actions/Condition can contain only one colon.',
    ],
    ['an impossible service', of({ ...plain, Action: 'a a:ListBucket' }), 'Vendor a a is not valid'],
    [
      'a resource that is no ARN',
      of({ ...plain, Resource: 'my-fn' }),
      'Resource my-fn must be in ARN format or "*".',
    ],
    [
      'a resource of no partition',
      of({ ...plain, Resource: 'a:b:c' }),
      'Partition "b" is not valid for resource "arn:b:c:*:*:*".',
    ],
    [
      'a resource of an unknown partition',
      of({ ...plain, Resource: 'arn:error:s3:::b' }),
      'Partition "error" is not valid for resource "arn:error:s3:::b".',
    ],
    [
      'an ARN with a part too few',
      of({ ...plain, Resource: 'arn:aws:s3::bucket' }),
      'The policy failed legacy parsing',
    ],
    [
      'a date that is none',
      of({ ...plain, Condition: { DateLessThan: { 'aws:CurrentTime': 'tomorrow' } } }),
      'The policy failed legacy parsing',
    ],
    [
      'an unknown operator',
      of({ ...plain, Condition: { StringEqual: { 'a:b': 'c' } } }),
      'Syntax errors in policy.',
    ],
  ])('%s', (_name, document, message) => {
    expect(readMessage(document, 'identity')).toBe(message)
  })
})

describe("AWS's sentences for trust policies", () => {
  it.each<[string, unknown, string]>([
    ['no JSON', '{"Version":', 'This policy contains invalid Json'],
    [
      'an unknown version',
      { Version: '2013-10-17', Statement: trust },
      'The policy must contain a valid version string',
    ],
    ['an empty list of statements', of(), 'Could not parse the policy: Statement is empty!'],
    ['no effect', of({ ...trust, Effect: undefined }), 'Missing required field Effect'],
    ['no action', of({ ...trust, Action: undefined }), 'Missing required field Action'],
    ['no principal', of(withoutPrincipal), 'Missing required field Principal'],
    [
      'nobody as principal',
      of({ ...trust, Principal: {} }),
      'Missing required field Principal cannot be empty!',
    ],
    ['a name as principal', of({ ...trust, Principal: 'alice' }), 'Principal must be a JSON object.'],
    [
      'a principal that is nobody',
      of({ ...trust, Principal: { AWS: 'alice' } }),
      'Invalid principal in policy: "AWS":"alice"',
    ],
    ['a resource', of({ ...trust, Resource: '*' }), 'Has prohibited field Resource'],
    ['NotResource', of({ ...trust, NotResource: '*' }), 'AssumeRole policy must not contain resources.'],
    [
      'NotPrincipal with Allow',
      of({ ...withoutPrincipal, NotPrincipal: { AWS: '111122223333' } }),
      'Allow with NotPrincipal is not allowed.',
    ],
    [
      'an action of another service',
      of({ ...trust, Action: ['sts:AssumeRole', 's3:GetObject'] }),
      'AssumeRole policy may only specify STS AssumeRole actions.',
    ],
    [
      'every action',
      of({ ...trust, Action: '*' }),
      'AssumeRole policy may only specify STS AssumeRole actions.',
    ],
    [
      'the same Sid twice',
      of({ ...trust, Sid: 'a' }, { ...trust, Sid: 'a' }),
      'The Statement Ids in the policy are not unique',
    ],
  ])('%s', (_name, document, message) => {
    expect(readMessage(document, 'trust')).toBe(message)
  })
})

describe("AWS's sentences for policies of functions", () => {
  it('say what field is missing', () => {
    expect(readMessage(of(plain), 'resource')).toBe('Missing required field Principal')
    expect(readMessage(of({ ...withoutResource, Principal: '*' }), 'resource')).toBe(
      'Missing required field Resource',
    )
  })
})
