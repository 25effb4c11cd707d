import { parseArn } from '@furlong/iam'
import { AwsError } from '../errors.ts'

/** A caller as it is named: nothing was looked up. */
export type Grantee =
  /** A role's name or ARN. */
  | { readonly kind: 'role'; readonly role: string }
  /** A user's name or ARN. */
  | { readonly kind: 'user'; readonly user: string }
  /** ARN of a session, such as `arn:aws:sts::111122223333:assumed-role/reader/ann`; its role is meant. */
  | { readonly kind: 'session'; readonly session: string }
  /** 12 digits. */
  | { readonly kind: 'account'; readonly account: string }
  /** A function's name or ARN; its role is meant. */
  | { readonly kind: 'function'; readonly function: string }
  /** A service such as `cloudfront.amazonaws.com`, and the one resource it may call for. */
  | { readonly kind: 'service'; readonly service: string; readonly sourceArn: string }
  /** A bare name: a function's, else a role's, else a user's. */
  | { readonly kind: 'name'; readonly name: string }

const cloudFront = 'cloudfront.amazonaws.com'

interface Form {
  readonly pattern: RegExp
  read(match: RegExpExecArray): Grantee
}

/** The ARNs that name a caller, by service and what stands behind the account. */
const arnForms: readonly (Omit<Form, 'read'> & { read(arn: string, accountId: string): Grantee })[] = [
  { pattern: /^iam:role\/.+$/, read: (role) => ({ kind: 'role', role }) },
  { pattern: /^iam:user\/.+$/, read: (user) => ({ kind: 'user', user }) },
  { pattern: /^iam:root$/, read: (_arn, account) => ({ kind: 'account', account }) },
  { pattern: /^sts:assumed-role\/[^/]+\/.+$/, read: (session) => ({ kind: 'session', session }) },
  {
    pattern: /^cloudfront:distribution\/.+$/,
    read: (sourceArn) => ({ kind: 'service', service: cloudFront, sourceArn }),
  },
  { pattern: /^lambda:function:.+$/, read: (name) => ({ kind: 'function', function: name }) },
]

const servicePattern = /^[a-z0-9.-]+\.amazonaws\.com(?:\.cn)?$/

/** The other texts that name a caller; the first that matches decides. */
const forms: readonly Form[] = [
  { pattern: servicePattern, read: ([service]) => refuseService(service) },
  { pattern: /^\d{12}$/, read: ([account]) => ({ kind: 'account', account }) },
  { pattern: /^role\/(.+)$/, read: ([, role = '']) => ({ kind: 'role', role }) },
  { pattern: /^user\/(.+)$/, read: ([, user = '']) => ({ kind: 'user', user }) },
  { pattern: /^[\w+=,.@-]+$/, read: ([name]) => ({ kind: 'name', name }) },
]

/**
 * Reads whom a text names as a caller.
 * @param to a function's name or ARN (its role is meant), a role, a user (names, `role/x`, `user/x`, ARNs), a session's ARN
 *   (its role is meant), the ARN of a CloudFront distribution, or an account id
 * @returns the caller as it is named
 * @throws {AwsError} `ServicePrincipalRefused`, `PrincipalNotFound`
 */
export function parseGrantee(to: string): Grantee {
  const parts = parseArn(to)
  if (parts !== undefined && /^\d{12}$/.test(parts.accountId)) {
    const form = arnForms.find(({ pattern }) => pattern.test(`${parts.service}:${parts.resource}`))
    if (form !== undefined) return form.read(to, parts.accountId)
  }
  for (const form of forms) {
    const match = form.pattern.exec(to)
    if (match !== null) return form.read(match)
  }
  throw new AwsError(
    'PrincipalNotFound',
    `'${to}' names no caller: a function, a role, a user, an account id of 12 digits, or an ARN of one of them is wanted.`,
  )
}

/**
 * Checks that a service may be granted a URL.
 * @param service its name, such as `cloudfront.amazonaws.com`
 * @throws {AwsError} `ServicePrincipalRefused` for Lambda itself, which never calls as a service; `PrincipalNotFound` for no service
 */
export function checkService(service: string): void {
  if (!servicePattern.test(service)) {
    throw new AwsError(
      'PrincipalNotFound',
      `'${service}' is no service of AWS: a name such as ${cloudFront} is wanted.`,
    )
  }
  if (service === 'lambda.amazonaws.com') refuseService(service)
}

function refuseService(service: string): never {
  if (service === 'lambda.amazonaws.com') {
    throw new AwsError(
      'ServicePrincipalRefused',
      "A grant to lambda.amazonaws.com looks as if it let every function call, and lets none: a function calls with its role's credentials, never as the service.",
      { tryThis: "npx furlong grant <function> --to <the calling function's name>, which grants its role" },
    )
  }
  throw new AwsError(
    'ServicePrincipalRefused',
    `A grant to the service ${service} is not served: without a condition on its source every customer of that service could call.`,
    service === cloudFront
      ? { tryThis: 'npx furlong grant <function> --to arn:aws:cloudfront::<account>:distribution/<id>' }
      : {},
  )
}
