export { createAccessDeniedMessage } from './access-denied-message.ts'
export type { Arn, ArnParts, FunctionArnParts } from './arn.ts'
export { parseArn, parseFunctionArn, readAccountId } from './arn.ts'
export type { CompiledPolicy, CompiledStatement } from './compile.ts'
export { compilePolicy } from './compile.ts'
export type {
  AccessRequest,
  ApiRequestInput,
  EndpointRequestInput,
  FunctionUrlRequestInput,
  HttpFacts,
  RequestedAction,
  RequestInput,
} from './contexts.ts'
export { createApiRequest, createEndpointRequest, createFunctionUrlRequest } from './contexts.ts'
export type { ActionVerdict, Decision, PolicySet } from './decision.ts'
export { decide } from './decide.ts'
export type {
  EndpointAction,
  EndpointAuthType,
  EndpointGate,
  EndpointKind,
  EndpointKindName,
  UrlAuthType,
  WebFunctionAuthType,
} from './endpoint-kinds.ts'
export { endpointKinds } from './endpoint-kinds.ts'
export type { LintWarning } from './lint-policy.ts'
export { lintPolicy } from './lint-policy.ts'
export { parsePolicy } from './parse-policy.ts'
export type { Malformation } from './malformed-messages.ts'
export type { PolicyFault } from './policy-error.ts'
export { PolicyError } from './policy-error.ts'
export type { PolicyExcess, PolicyLimit, PolicyPlace, PolicyUnit } from './policy-limits.ts'
export { findPolicyExcess, maxTrustQuota, policyLimits } from './policy-limits.ts'
export type { OrganizationPlace } from './principal-context.ts'
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
  ComparedElement,
  ExplainedAction,
  Explanation,
  ExplainOptions,
  Fix,
  PolicyFinding,
  QuotedStatement,
} from './explanation.ts'
export { explain } from './explain.ts'
export type { WrittenStatement } from './write-statement.ts'
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
  isOwnStatementId,
} from './url-permissions.ts'
