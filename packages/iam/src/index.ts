export { createAccessDeniedMessage } from './access-denied-message.ts'
export type { Arn, ArnParts, FunctionArnParts } from './arn.ts'
export { parseArn, parseFunctionArn, readAccountId } from './arn.ts'
export type { CompiledPolicy, CompiledStatement } from './compile.ts'
export { compilePolicy } from './compile.ts'
export type {
  AccessRequest,
  ApiRequestInput,
  FunctionUrlRequestInput,
  HttpFacts,
  RequestedAction,
} from './contexts.ts'
export { createApiRequest, createFunctionUrlRequest } from './contexts.ts'
export type { ActionVerdict, Decision, PolicySet } from './decide.ts'
export { decide } from './decide.ts'
export type { EndpointAction, EndpointKind, EndpointKindName, UrlAuthType } from './endpoint-kinds.ts'
export { endpointKinds } from './endpoint-kinds.ts'
export { parsePolicy } from './parse-policy.ts'
export { PolicyError } from './policy-error.ts'
export type {
  Condition,
  Policy,
  PolicyKind,
  PolicyOrigin,
  PrincipalElement,
  PrincipalElementType,
  Statement,
  StatementRef,
} from './policy.ts'
export type {
  AnonymousPrincipal,
  FederatedUserPrincipal,
  Principal,
  PrincipalTags,
  RoleSessionPrincipal,
  RootPrincipal,
  ServicePrincipal,
  UserPrincipal,
} from './principal.ts'
export type { RequestContext } from './request-context.ts'
export type { AssumeRoleRequestInput } from './trust.ts'
export { createAssumeRoleRequest, decideTrust } from './trust.ts'
export type {
  ExplainedAction,
  Explanation,
  ExplainOptions,
  Fix,
  NearMiss,
  PolicyFinding,
} from './explanation.ts'
export { explain } from './explain.ts'
export type {
  ConditionBlock,
  IdentityPolicyDocument,
  PermissionLimits,
  UrlPermission,
} from './url-permissions.ts'
export {
  createPermissionCondition,
  createStatementId,
  createUrlIdentityPolicy,
  createUrlPermissions,
} from './url-permissions.ts'
