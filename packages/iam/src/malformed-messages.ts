import type { PolicyKind } from './policy.ts'

/** What is wrong with a document, as far as AWS tells it apart. */
export type Malformation =
  | 'json'
  | 'syntax'
  | 'version'
  | 'no-statement'
  | 'legacy'
  | 'duplicate-sid'
  | 'sid-characters'
  | 'no-effect'
  | 'no-action'
  | 'no-resource'
  | 'no-principal'
  | 'empty-principal'
  | 'principal-not-object'
  | 'principal-refused'
  | 'resource-refused'
  | 'not-resource-refused'
  | 'not-principal-allow'
  | 'not-principal-refused'
  | 'vendor-missing'
  | 'two-colons'
  | 'vendor-invalid'
  | 'not-an-arn'
  | 'partition'
  | 'not-sts'
  | 'invalid-principal'

/** Some sentences name a value. */
type Sentence = string | ((named: string) => string)

/**
 * AWS's sentences for policies that IAM attaches to users, groups and roles.
 *
 * Seen by others and held in public tests against AWS; IAM has two parsers, and each has words of its own.
 */
const identitySentences: Readonly<Record<Malformation, Sentence>> = {
  json: 'Syntax errors in policy.',
  syntax: 'Syntax errors in policy.',
  version: 'Syntax errors in policy.',
  'no-statement': 'Syntax errors in policy.',
  legacy: 'The policy failed legacy parsing',
  'duplicate-sid': 'Statement IDs (SID) in a single policy must be unique.',
  'sid-characters':
    'Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*',
  'no-effect': 'Syntax errors in policy.',
  'no-action': 'Policy statement must contain actions.',
  'no-resource': 'Policy statement must contain resources.',
  'no-principal': 'Syntax errors in policy.',
  'empty-principal': 'Syntax errors in policy.',
  'principal-not-object': 'Syntax errors in policy.',
  'principal-refused': 'Policy document should not specify a principal.',
  'resource-refused': 'Syntax errors in policy.',
  'not-resource-refused': 'Syntax errors in policy.',
  'not-principal-allow': 'Syntax errors in policy.',
  'not-principal-refused': 'Policy document should not specify a principal.',
  'vendor-missing': 'Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.',
  'two-colons': 'Actions/Condition can contain only one colon.',
  'vendor-invalid': (named) => `Vendor ${named} is not valid`,
  'not-an-arn': (named) => `Resource ${named} must be in ARN format or "*".`,
  partition: (named) => `Partition ${named}.`,
  'not-sts': 'Syntax errors in policy.',
  'invalid-principal': (named) => `Invalid principal in policy: ${named}`,
}

/** AWS's sentences for the trust policies of roles. */
const trustSentences: Readonly<Record<Malformation, Sentence>> = {
  ...identitySentences,
  json: 'This policy contains invalid Json',
  syntax: 'Syntax error in policy.',
  version: 'The policy must contain a valid version string',
  'no-statement': 'Could not parse the policy: Statement is empty!',
  legacy: 'Syntax error in policy.',
  'duplicate-sid': 'The Statement Ids in the policy are not unique',
  'no-effect': 'Missing required field Effect',
  'no-action': 'Missing required field Action',
  'no-resource': 'Missing required field Resource',
  'no-principal': 'Missing required field Principal',
  'empty-principal': 'Missing required field Principal cannot be empty!',
  'principal-not-object': 'Principal must be a JSON object.',
  'resource-refused': 'Has prohibited field Resource',
  'not-resource-refused': 'AssumeRole policy must not contain resources.',
  'not-principal-allow': 'Allow with NotPrincipal is not allowed.',
  'not-principal-refused': 'AssumeRole policy must not contain NotPrincipal field.',
  'not-sts': 'AssumeRole policy may only specify STS AssumeRole actions.',
}

/** guess: a function's policy is read by the parser of resource policies, whose words trust policies show. */
const resourceSentences: Readonly<Record<Malformation, Sentence>> = trustSentences

const sentences: Readonly<Record<PolicyKind, Readonly<Record<Malformation, Sentence>>>> = {
  identity: identitySentences,
  boundary: identitySentences,
  session: identitySentences,
  scp: identitySentences,
  resource: resourceSentences,
  trust: trustSentences,
}

/**
 * Writes AWS's sentence for a malformed policy.
 *
 * @param kind where the policy was to stand
 * @param malformation what is wrong with it
 * @param named what the sentence names, such as a resource, or a principal as `"AWS":"…"`
 * @returns the sentence of `MalformedPolicyDocument`
 */
export function createMalformedMessage(kind: PolicyKind, malformation: Malformation, named: string): string {
  const sentence = sentences[kind][malformation]
  return typeof sentence === 'string' ? sentence : sentence(named)
}
