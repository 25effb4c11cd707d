import type { EndpointAuthType, EndpointKindName, UrlAuthType } from './endpoint-kinds.ts'
import { endpointKinds } from './endpoint-kinds.ts'
import type { Principal, PrincipalTags } from './principal.ts'
import type { OrganizationPlace } from './principal-context.ts'
import { createPrincipalContext, formatTime, tagKeys } from './principal-context.ts'
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
  readonly endpoint?: { readonly kind: EndpointKindName; readonly authType: EndpointAuthType }
  /** Set when no identity policy can stand in for the resource's own policy, as with a role's trust policy. */
  readonly resourcePolicyMustAllow?: true
}

/** What every question is made of. */
export interface RequestInput {
  readonly principal: Principal
  readonly http: HttpFacts
  readonly now: Date
  /** The organizations of the accounts that belong to one, by account id; their keys are absent without it. */
  readonly organizations?: Readonly<Record<string, OrganizationPlace>> | undefined
  /** Further keys; names in any case. */
  readonly context?: RequestContext | undefined
}

/** Input of `createEndpointRequest()`. */
export interface EndpointRequestInput extends RequestInput {
  readonly kind: EndpointKindName
  /** The ARN that policies name: of a function, qualified when its URL is on an alias; of a Web Function's endpoint. */
  readonly endpointArn: string
  /** One of the kind's own. */
  readonly authType: EndpointAuthType
  readonly functionTags?: PrincipalTags | undefined
}

/** Input of `createFunctionUrlRequest()`. */
export interface FunctionUrlRequestInput extends RequestInput {
  /** The ARN the URL belongs to: qualified when the URL is on an alias. */
  readonly functionArn: string
  readonly authType: UrlAuthType
  readonly functionTags?: PrincipalTags | undefined
}

/** Input of `createApiRequest()`. */
export interface ApiRequestInput extends RequestInput {
  /** Such as `lambda:CreateFunction`. */
  readonly action: string
  /** An ARN or `*`. */
  readonly resource: string
  /** 12 digits. */
  readonly resourceAccount: string
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
  const resourceAccount = endpointKinds['function-url'].readAccount(input.functionArn)
  if (resourceAccount === undefined) {
    throw new TypeError(`functionArn must be the ARN of a function, not "${input.functionArn}"`)
  }
  return askOf({ ...input, kind: 'function-url', endpointArn: input.functionArn }, resourceAccount)
}

/**
 * Builds the question a call of an endpoint of any kind asks: all of the kind's actions, each with its own keys.
 *
 * @param input who calls which endpoint, and how
 * @returns the request for `decide()` and `explain()`
 * @throws {TypeError} when the ARN or the `AuthType` is not of that kind
 */
export function createEndpointRequest(input: EndpointRequestInput): AccessRequest {
  const { kind, endpointArn } = input
  const { readAccount, arnOf } = endpointKinds[kind]
  const resourceAccount = readAccount(endpointArn)
  if (resourceAccount === undefined) {
    throw new TypeError(`endpointArn must be ${arnOf}, not "${endpointArn}"`)
  }
  return askOf(input, resourceAccount)
}

function askOf(input: EndpointRequestInput, resourceAccount: string): AccessRequest {
  const { kind, endpointArn, authType } = input
  const { actions, gates } = endpointKinds[kind]
  const gate = gates[authType]
  if (gate === undefined) throw new TypeError(`${authType} is no AuthType of a ${kind}`)
  const principal: Principal = gate.caller === 'anonymous' ? { type: 'anonymous' } : input.principal
  const common = createCommonContext({ ...input, principal }, resourceAccount)
  Object.assign(common, tagKeys('aws:resourcetag/', input.functionTags))
  addFurtherKeys(common, input.context)
  return {
    principal,
    resource: endpointArn,
    resourceAccount,
    actions: actions.map((row) => ({
      action: row.action,
      context: { ...common, ...row.keys({ authType, arn: endpointArn }) },
    })),
    endpoint: { kind, authType },
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
  const context = createCommonContext(input, input.resourceAccount)
  addFurtherKeys(context, input.context)
  return {
    principal: input.principal,
    resource: input.resource,
    resourceAccount: input.resourceAccount,
    actions: [{ action: input.action, context }],
  }
}

type MutableContext = Record<string, string | readonly string[]>

/** The engine wants the names of condition keys in lower case. */
function addFurtherKeys(context: MutableContext, keys: RequestContext | undefined): void {
  if (keys === undefined) return
  for (const [name, value] of Object.entries(keys)) context[name.toLowerCase()] = value
}

/** The keys every request has, whatever its action. */
function createCommonContext(
  { principal, http, now, organizations }: RequestInput,
  resourceAccount: string,
): MutableContext {
  const context: MutableContext = {
    'aws:currenttime': formatTime(now),
    'aws:epochtime': String(Math.floor(now.getTime() / 1000)),
    'aws:securetransport': String(http.secureTransport),
    'aws:sourceip': withoutMapping(http.sourceIp),
    'aws:requestedregion': http.region,
    'aws:resourceaccount': resourceAccount,
    'aws:viaawsservice': 'false',
  }
  if (http.userAgent !== undefined) context['aws:useragent'] = http.userAgent
  if (http.referer !== undefined) context['aws:referer'] = http.referer
  const owner = organizations?.[resourceAccount]
  if (owner !== undefined) {
    context['aws:resourceorgid'] = owner.id
    context['aws:resourceorgpaths'] = owner.paths
  }
  return Object.assign(context, createPrincipalContext(principal, now, organizations))
}

/** A socket that listens on both families shows an IPv4 client as `::ffff:203.0.113.10`; policies name the latter half. */
function withoutMapping(address: string): string {
  const mapped = '::ffff:'
  return address.includes('.') && address.slice(0, mapped.length).toLowerCase() === mapped
    ? address.slice(mapped.length)
    : address
}
