import { parseFunctionArn } from './arn.ts'
import type { EndpointKindName, UrlAuthType } from './endpoint-kinds.ts'
import { endpointKinds } from './endpoint-kinds.ts'
import type { Principal, PrincipalTags } from './principal.ts'
import { accountOfPrincipal } from './principal.ts'
import type { RequestContext } from './request-context.ts'

/** What is known of a request from the connection it came over. */
export interface HttpFacts {
  /** The client's address, IPv4 or IPv6. */
  readonly sourceIp: string
  readonly userAgent?: string | undefined
  readonly referer?: string | undefined
  /** Whether it came over TLS, or counts as if it had. */
  readonly secureTransport: boolean
  readonly region: string
}

/** One action with the condition keys defined for it. */
export interface RequestedAction {
  /** Such as `lambda:InvokeFunctionUrl`. */
  readonly action: string
  readonly context: RequestContext
}

/** What is to be decided: who wants to do what to which resource. All actions must be allowed. */
export interface AccessRequest {
  readonly principal: Principal
  /** An ARN, or `*` for an action that names no resource. */
  readonly resource: string
  /** The account that owns the resource, 12 digits. */
  readonly resourceAccount: string
  readonly actions: readonly RequestedAction[]
  /** Set when an endpoint was called rather than an API. */
  readonly endpoint?: { readonly kind: EndpointKindName; readonly authType: UrlAuthType }
  /** Set when no identity policy can stand in for the resource's own policy, as with a role's trust policy. */
  readonly resourcePolicyMustAllow?: true
}

/** Input of `createFunctionUrlRequest()`. */
export interface FunctionUrlRequestInput {
  readonly principal: Principal
  /** The ARN the URL belongs to: qualified when the URL is on an alias. */
  readonly functionArn: string
  readonly authType: UrlAuthType
  readonly http: HttpFacts
  readonly now: Date
  readonly functionTags?: PrincipalTags | undefined
  /** Further keys, such as those of an organization; names in any case. */
  readonly context?: RequestContext | undefined
}

/** Input of `createApiRequest()`. */
export interface ApiRequestInput {
  readonly principal: Principal
  /** Such as `lambda:CreateFunction`. */
  readonly action: string
  /** An ARN or `*`. */
  readonly resource: string
  /** 12 digits. */
  readonly resourceAccount: string
  readonly http: HttpFacts
  readonly now: Date
  /** The service's own keys; names in any case. */
  readonly context?: RequestContext | undefined
}

/**
 * Builds the question a call of a function URL asks: both actions, each with its own keys.
 *
 * With `NONE` the caller counts as anonymous even when the request is signed.
 *
 * @param input who calls which URL, and how
 * @returns the request for `decide()` and `explain()`
 * @throws {TypeError} when `functionArn` is not the ARN of a function
 * @see https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html
 */
export function createFunctionUrlRequest(input: FunctionUrlRequestInput): AccessRequest {
  const resourceAccount = readFunctionAccount(input.functionArn)
  const principal: Principal = input.authType === 'NONE' ? { type: 'anonymous' } : input.principal
  const common = {
    ...createCommonContext(principal, resourceAccount, input.http, input.now),
    ...tagKeys('aws:resourcetag/', input.functionTags),
    ...lowerCaseKeys(input.context),
  }
  const { actions } = endpointKinds['function-url']
  return {
    principal,
    resource: input.functionArn,
    resourceAccount,
    actions: actions.map((row) => ({ action: row.action, context: { ...common, ...row.keys(input) } })),
    endpoint: { kind: 'function-url', authType: input.authType },
  }
}

/**
 * Builds the question an API call asks.
 *
 * guess: a direct `lambda:InvokeFunction` has no `lambda:InvokedViaFunctionUrl` at all, rather than `false`.
 *
 * @param input who calls which action on what
 * @returns the request for `decide()` and `explain()`
 */
export function createApiRequest(input: ApiRequestInput): AccessRequest {
  const context = {
    ...createCommonContext(input.principal, input.resourceAccount, input.http, input.now),
    ...lowerCaseKeys(input.context),
  }
  return {
    principal: input.principal,
    resource: input.resource,
    resourceAccount: input.resourceAccount,
    actions: [{ action: input.action, context }],
  }
}

/** The engine wants the names of condition keys in lower case. */
function lowerCaseKeys(keys: RequestContext | undefined): RequestContext {
  const lowered: Record<string, string | readonly string[]> = {}
  for (const [name, value] of Object.entries(keys ?? {})) lowered[name.toLowerCase()] = value
  return lowered
}

/** The keys every request has, whatever its action. */
function createCommonContext(
  principal: Principal,
  resourceAccount: string,
  http: HttpFacts,
  now: Date,
): RequestContext {
  return {
    'aws:currenttime': formatTime(now),
    'aws:epochtime': String(Math.floor(now.getTime() / 1000)),
    'aws:securetransport': String(http.secureTransport),
    'aws:sourceip': withoutMapping(http.sourceIp),
    'aws:requestedregion': http.region,
    'aws:resourceaccount': resourceAccount,
    'aws:viaawsservice': 'false',
    ...(http.userAgent === undefined ? {} : { 'aws:useragent': http.userAgent }),
    ...(http.referer === undefined ? {} : { 'aws:referer': http.referer }),
    ...createPrincipalContext(principal),
  }
}

function createPrincipalContext(principal: Principal): RequestContext {
  const account = accountOfPrincipal(principal)
  const shared: RequestContext =
    account === undefined ? {} : { 'aws:principalisawsservice': 'false', 'aws:principalaccount': account }
  // The table is keyed by the tag, which the compiler cannot follow through an index.
  const keysOf = principalKeys[principal.type] as (principal: Principal) => RequestContext
  return { ...shared, ...keysOf(principal) }
}

const principalKeys: {
  readonly [Type in Principal['type']]: (principal: Extract<Principal, { type: Type }>) => RequestContext
} = {
  user: ({ arn, id, name, tags }) => ({
    'aws:principalarn': arn,
    'aws:principaltype': 'User',
    'aws:userid': id,
    'aws:username': name,
    ...tagKeys('aws:principaltag/', tags),
  }),
  'role-session': ({ roleArn, id, issuedAt, tags }) => ({
    'aws:principalarn': roleArn,
    'aws:principaltype': 'AssumedRole',
    'aws:userid': id,
    ...temporaryCredentialKeys(issuedAt),
    ...tagKeys('aws:principaltag/', tags),
  }),
  'federated-user': ({ arn, id, issuedAt, tags }) => ({
    'aws:principalarn': arn,
    'aws:principaltype': 'FederatedUser',
    'aws:userid': id,
    ...temporaryCredentialKeys(issuedAt),
    ...tagKeys('aws:principaltag/', tags),
  }),
  root: ({ arn, id }) => ({
    'aws:principalarn': arn,
    'aws:principaltype': 'Account',
    'aws:userid': id,
  }),
  service: ({ name, sourceArn, sourceAccount }) => ({
    'aws:principalisawsservice': 'true',
    'aws:principalservicename': name,
    'aws:principalservicenameslist': [name],
    ...(sourceArn === undefined ? {} : { 'aws:sourcearn': sourceArn }),
    ...(sourceAccount === undefined ? {} : { 'aws:sourceaccount': sourceAccount }),
  }),
  anonymous: () => ({
    'aws:principaltype': 'Anonymous',
    'aws:principalaccount': 'anonymous',
    'aws:userid': 'anonymous',
  }),
}

function temporaryCredentialKeys(issuedAt: Date | undefined): RequestContext {
  return {
    'aws:multifactorauthpresent': 'false',
    ...(issuedAt === undefined ? {} : { 'aws:tokenissuetime': formatTime(issuedAt) }),
  }
}

function tagKeys(prefix: string, tags: PrincipalTags | undefined): RequestContext {
  const keys: Record<string, string> = {}
  for (const [name, value] of Object.entries(tags ?? {})) keys[`${prefix}${name.toLowerCase()}`] = value
  return keys
}

/** AWS writes whole seconds. */
function formatTime(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`
}

/** A socket that listens on both families shows an IPv4 client as `::ffff:203.0.113.10`; policies name the latter half. */
function withoutMapping(address: string): string {
  const mapped = '::ffff:'
  return address.toLowerCase().startsWith(mapped) && address.includes('.')
    ? address.slice(mapped.length)
    : address
}

function readFunctionAccount(functionArn: string): string {
  const parts = parseFunctionArn(functionArn)
  if (parts !== undefined) return parts.accountId
  throw new TypeError(`functionArn must be the ARN of a function, not "${functionArn}"`)
}
