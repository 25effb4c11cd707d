import type { RequestContext } from './request-context.ts'

/** The `AuthType` of a function URL. */
export type UrlAuthType = 'AWS_IAM' | 'NONE'

/** One action that a call of an endpoint needs. */
export interface EndpointAction {
  readonly action: string
  /** The suffix of the statement ids that grant it. */
  readonly statementSuffix: string
  /** The condition keys defined for this action and for no other of the endpoint. */
  readonly keys: (url: { readonly authType: UrlAuthType; readonly functionArn: string }) => RequestContext
  /** The parameters of `AddPermission` that limit a grant to this endpoint. */
  readonly grant: (authType: UrlAuthType) => {
    readonly functionUrlAuthType?: UrlAuthType
    readonly invokedViaFunctionUrl?: true
  }
}

/** What calling an endpoint needs: every one of its actions must be allowed. */
export interface EndpointKind {
  readonly actions: readonly EndpointAction[]
}

/** Names of the endpoint kinds. */
export type EndpointKindName = 'function-url'

/**
 * The endpoints in front of a function, and the actions each needs; a URL needs both since October 2025.
 *
 * Keys per action follow the service's own list: `lambda:FunctionUrlAuthType` is not defined for
 * `lambda:InvokeFunction`, so that one statement for both actions under that key grants only one.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_awslambda.html
 */
export const endpointKinds: Readonly<Record<EndpointKindName, EndpointKind>> = {
  'function-url': {
    actions: [
      {
        action: 'lambda:InvokeFunctionUrl',
        statementSuffix: 'url',
        keys: ({ authType, functionArn }) => ({
          'lambda:functionurlauthtype': authType,
          'lambda:functionarn': functionArn,
        }),
        grant: (authType) => ({ functionUrlAuthType: authType }),
      },
      {
        action: 'lambda:InvokeFunction',
        statementSuffix: 'invoke',
        keys: () => ({ 'lambda:invokedviafunctionurl': 'true' }),
        grant: () => ({ invokedViaFunctionUrl: true }),
      },
    ],
  },
}
