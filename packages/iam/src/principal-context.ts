import type { Principal, PrincipalTags } from './principal.ts'
import { accountOfPrincipal } from './principal.ts'
import type { RequestContext } from './request-context.ts'

/** Where an account stands in its organization. */
export interface OrganizationPlace {
  /** Such as `o-a1b2c3d4e5`. */
  readonly id: string
  /** Such as `o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/`; one for an account. */
  readonly paths: readonly string[]
}

type Organizations = Readonly<Record<string, OrganizationPlace>> | undefined

/**
 * Creates the condition keys that tell who calls.
 *
 * @param principal who calls
 * @param now for the age of a second factor
 * @param organizations by account id
 * @returns names in lower case; what AWS does not tell of such a caller is absent
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
 */
export function createPrincipalContext(
  principal: Principal,
  now: Date,
  organizations: Organizations,
): RequestContext {
  // The table is keyed by the tag, which the compiler cannot follow through an index.
  const keysOf = principalKeys[principal.type] as (principal: Principal, world: World) => RequestContext
  const keys = keysOf(principal, { now, organizations })
  const account = accountOfPrincipal(principal)
  if (account === undefined) return keys
  return {
    ...keys,
    'aws:principalisawsservice': 'false',
    'aws:principalaccount': account,
    ...organizationKeys('aws:principalorg', organizations?.[account]),
  }
}

/**
 * Writes a time as AWS does, in whole seconds.
 *
 * @param date the time
 * @returns such as `2026-11-22T12:00:00Z`
 */
export function formatTime(date: Date): string {
  const second = Math.floor(date.getTime() / 1000)
  if (second !== lastSecond) {
    lastText = `${date.toISOString().slice(0, 19)}Z`
    lastSecond = second
  }
  return lastText
}

// Requests of the same second have the same text.
let lastSecond = Number.NaN
let lastText = ''

/**
 * Creates condition keys of tags.
 *
 * @param prefix such as `aws:principaltag/`
 * @param tags names in any case
 * @returns a key for each tag, in lower case
 */
export function tagKeys(prefix: string, tags: PrincipalTags | undefined): RequestContext {
  const keys: Record<string, string> = {}
  if (tags === undefined) return keys
  for (const [name, value] of Object.entries(tags)) keys[`${prefix}${name.toLowerCase()}`] = value
  return keys
}

interface World {
  readonly now: Date
  readonly organizations: Organizations
}

const principalKeys: {
  readonly [Type in Principal['type']]: (
    principal: Extract<Principal, { type: Type }>,
    world: World,
  ) => RequestContext
} = {
  user: ({ arn, id, name, tags, issuedAt, mfaAt }, { now }) => ({
    'aws:principalarn': arn,
    'aws:principaltype': 'User',
    'aws:userid': id,
    'aws:username': name,
    ...(issuedAt === undefined ? {} : temporaryCredentialKeys(issuedAt, mfaAt, now)),
    ...tagKeys('aws:principaltag/', tags),
  }),
  'role-session': (session, { now }) => ({
    'aws:principalarn': session.roleArn,
    'aws:principaltype': 'AssumedRole',
    'aws:userid': session.id,
    ...temporaryCredentialKeys(session.issuedAt, session.mfaAt, now),
    ...optionalKey('aws:federatedprovider', session.federatedProvider),
    ...optionalKey('aws:sourceidentity', session.sourceIdentity),
    ...optionalKey('lambda:sourcefunctionarn', session.sourceFunctionArn),
    ...tagKeys('aws:principaltag/', session.tags),
  }),
  'federated-user': ({ arn, id, issuedAt, tags }, { now }) => ({
    'aws:principalarn': arn,
    'aws:principaltype': 'FederatedUser',
    'aws:userid': id,
    ...temporaryCredentialKeys(issuedAt, undefined, now),
    ...tagKeys('aws:principaltag/', tags),
  }),
  root: ({ arn, id }) => ({
    'aws:principalarn': arn,
    'aws:principaltype': 'Account',
    'aws:userid': id,
  }),
  service: ({ name, sourceArn, sourceAccount }, { organizations }) => ({
    'aws:principalisawsservice': 'true',
    'aws:principalservicename': name,
    'aws:principalservicenameslist': [name],
    ...optionalKey('aws:sourcearn', sourceArn),
    ...optionalKey('aws:sourceaccount', sourceAccount),
    ...organizationKeys('aws:sourceorg', organizations?.[sourceAccount ?? '']),
  }),
  anonymous: () => ({
    'aws:principaltype': 'Anonymous',
    'aws:principalaccount': 'anonymous',
    'aws:userid': 'anonymous',
  }),
}

/** Long-term keys have none of these: a policy that asks for a second factor with `Bool` never lets them in. */
function temporaryCredentialKeys(
  issuedAt: Date | undefined,
  mfaAt: Date | undefined,
  now: Date,
): RequestContext {
  const age = mfaAt && String(Math.max(0, Math.floor((now.getTime() - mfaAt.getTime()) / 1000)))
  return {
    'aws:multifactorauthpresent': String(mfaAt !== undefined),
    ...optionalKey('aws:multifactorauthage', age),
    ...(issuedAt === undefined ? {} : { 'aws:tokenissuetime': formatTime(issuedAt) }),
  }
}

function organizationKeys(prefix: string, place: OrganizationPlace | undefined): RequestContext {
  return place === undefined ? {} : { [`${prefix}id`]: place.id, [`${prefix}paths`]: place.paths }
}

function optionalKey(key: string, value: string | undefined): RequestContext {
  return value === undefined ? {} : { [key]: value }
}
