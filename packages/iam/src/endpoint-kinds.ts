import { parseArn, parseFunctionArn } from './arn.ts'
import type { RequestContext } from './request-context.ts'

/** The `AuthType` of a function URL. */
export type UrlAuthType = 'AWS_IAM' | 'NONE'

/** The `AuthType` of a Web Function's endpoint. */
export type WebFunctionAuthType = 'IamAuth' | 'ApplicationManaged'

/** The `AuthType` of any endpoint. */
export type EndpointAuthType = UrlAuthType | WebFunctionAuthType

/** What an endpoint does with callers. */
export interface EndpointGate {
  /** Who a caller counts as: who signed, and an unsigned request is refused; or nobody, signed or not. */
  readonly caller: 'signer' | 'anonymous'
  /** Whether policies are asked at all. */
  readonly asksPolicies: boolean
}

/** One action that a call of an endpoint needs. */
export interface EndpointAction {
  readonly action: string
  /** The suffix of the statement ids that grant it. */
  readonly statementSuffix: string
  /** The condition keys defined for this action and for no other of the endpoint. */
  readonly keys: (endpoint: { readonly authType: EndpointAuthType; readonly arn: string }) => RequestContext
  /** The parameters of `AddPermission` that limit a grant to this endpoint. */
  readonly grant: (authType: EndpointAuthType) => {
    readonly functionUrlAuthType?: UrlAuthType
    readonly invokedViaFunctionUrl?: true
  }
}

/** What calling an endpoint needs: every one of its actions must be allowed. */
export interface EndpointKind {
  readonly actions: readonly EndpointAction[]
  /** One for each `AuthType`; another one is not of this kind. */
  readonly gates: Readonly<Partial<Record<EndpointAuthType, EndpointGate>>>
  /** Finds the account of an endpoint's ARN; `undefined` for the ARN of something else. */
  readonly readAccount: (arn: string) => string | undefined
  /** What people call it. */
  readonly noun: string
  /** What its ARN is called in an error. */
  readonly arnOf: string
}

/** Names of the endpoint kinds. */
export type EndpointKindName = 'function-url' | 'web-function'

const iamGate: EndpointGate = { caller: 'signer', asksPolicies: true }

/**
 * The endpoints in front of a function, and the actions each needs; a URL needs both since October 2025.
 *
 * Keys per action follow the service's own list: `lambda:FunctionUrlAuthType` is not defined for
 * `lambda:InvokeFunction`, so that one statement for both actions under that key grants only one.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html
 * @see https://docs.aws.amazon.com/lambda/latest/dg/web-functions-endpoint-access-control.html
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_awslambda.html
 */
export const endpointKinds: Readonly<Record<EndpointKindName, EndpointKind>> = {
  'function-url': {
    actions: [
      {
        action: 'lambda:InvokeFunctionUrl',
        statementSuffix: 'url',
        keys: ({ authType, arn }) => ({
          'lambda:functionurlauthtype': authType,
          'lambda:functionarn': arn,
        }),
        grant: (authType) => (isUrlAuthType(authType) ? { functionUrlAuthType: authType } : {}),
      },
      {
        action: 'lambda:InvokeFunction',
        statementSuffix: 'invoke',
        keys: () => ({ 'lambda:invokedviafunctionurl': 'true' }),
        grant: () => ({ invokedViaFunctionUrl: true }),
      },
    ],
    gates: { AWS_IAM: iamGate, NONE: { caller: 'anonymous', asksPolicies: true } },
    readAccount: (arn) => parseFunctionArn(arn)?.accountId,
    noun: 'function URL',
    arnOf: 'the ARN of a function',
  },
  'web-function': {
    actions: [
      {
        action: 'lambda:InvokeWebFunctionEndpoint',
        statementSuffix: 'web',
        // guess: no condition keys of its own; its documentation shows none.
        keys: () => ({}),
        grant: () => ({}),
      },
    ],
    gates: { IamAuth: iamGate, ApplicationManaged: { caller: 'anonymous', asksPolicies: false } },
    readAccount: readWebEndpointAccount,
    noun: 'Web Function endpoint',
    arnOf: "the ARN of a Web Function's endpoint",
  },
}

const webEndpoint = /^web-function\/[^/]+\/endpoint\/[^/]+$/

function readWebEndpointAccount(arn: string): string | undefined {
  const parts = parseArn(arn)
  const isEndpoint = parts?.service === 'lambda' && webEndpoint.test(parts.resource)
  return isEndpoint && parts.accountId !== '' ? parts.accountId : undefined
}

function isUrlAuthType(authType: EndpointAuthType): authType is UrlAuthType {
  return authType === 'AWS_IAM' || authType === 'NONE'
}

const anyEndpoint = { authType: 'AWS_IAM', arn: '' } as const

/** The condition keys that exist for one action of an endpoint alone, in lower case, with that action. */
export const ownersOfKeys: ReadonlyMap<string, string> = new Map(
  Object.values(endpointKinds)
    .flatMap(({ actions }) => actions)
    .flatMap(({ action, keys }) => Object.keys(keys(anyEndpoint)).map((key) => [key, action])),
)
