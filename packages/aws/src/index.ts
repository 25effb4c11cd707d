export { AwsError, toAwsError, type AwsErrorCode, type SourcePlace } from './errors.ts'
export {
  createAwsTarget,
  createClients,
  readCredentials,
  type Clients,
  type CredentialSource,
  type Target,
} from './target.ts'
export {
  maxFunctionNameLength,
  parseFunctionName,
  suggestFunctionName,
  type FunctionName,
} from './function-name.ts'
export { findFunction, type FoundFunction } from './functions.ts'
export {
  createBundle,
  createStandIn,
  findEntry,
  nameFromEntry,
  type Bundle,
  type BundleOptions,
  type EntryKind,
} from './bundle/bundle.ts'
export type { Architecture, PythonHost } from './bundle/python-platform.ts'
export {
  listProjectFolders,
  watchBundle,
  watchPython,
  type SourceWatch,
  type Watch,
  type WatchListener,
} from './bundle/watch.ts'
export {
  defineConfig,
  type CorsConfig,
  type FurlongConfig,
  type GrantConfig,
  type GranteeConfig,
  type RoleConfig,
  type UrlConfig,
} from './setup/config.ts'
export { parseGrantee, type Grantee } from './setup/grantee.ts'
export { findConfig, loadConfig, type LoadedConfig } from './setup/load-config.ts'
export { createManagedPolicyArn, describeOwnRole, trustPolicy } from './setup/own-role.ts'
export {
  completeSetup,
  createSetup,
  type CompleteSetup,
  type RoleSetup,
  type Setup,
  type SetupOptions,
  type UrlSetup,
} from './setup/setup.ts'
export { updateCode } from './update-code.ts'
export {
  deploy,
  planDeployment,
  type Deployment,
  type DeployOptions,
  type DeployStep,
} from './deploy/deploy.ts'
export type { Plan, PlanAction, PlanStep, PlanSubject } from './deploy/plan.ts'
export { destroy, planDestroy, type DestroyStep } from './destroy.ts'
export {
  createUrl,
  deleteUrl,
  getUrl,
  listUrls,
  updateUrl,
  type DeletedUrl,
  type FunctionUrl,
  type UrlOptions,
} from './urls.ts'
export {
  grant,
  revoke,
  revokeOrphans,
  type Grant,
  type GrantOptions,
  type Revocation,
  type RevokeOptions,
} from './grant.ts'
export type { CallerSideOutcome } from './caller-side.ts'
export { resolvePrincipal, type GrantPrincipal } from './principal.ts'
export type { PermissionOutcome } from './statements.ts'
export type { AccessAnswer } from './access.ts'
export { assumeRole } from './assume.ts'
export { createAwsCommand, quoteShellWord } from './command-line.ts'
export { applyFix, canApply } from './doctor/apply-fix.ts'
export type { StepByHand } from './doctor/by-hand.ts'
export { examineUrl, type DoctorOptions, type Examination } from './doctor/doctor.ts'
export { examineHost } from './doctor/examine-host.ts'
export type { Finding, FindingPart } from './doctor/finding.ts'
export type { HalfGrant } from './doctor/half-grants.ts'
export {
  findHalfGrantedUrls,
  upgradeGrants,
  type HalfGrantedUrl,
  type UpgradedGrant,
} from './doctor/upgrade.ts'
export { createCdkConstruct } from './template/cdk.ts'
export { createCloudFormation, writeYaml, type CloudFormationTemplate } from './template/cloudformation.ts'
export type { Stack, StackParameter, StackPermission, StackRole, Value } from './template/stack.ts'
export { createStackOfFunction } from './template/stack-of-function.ts'
export { createStackOfSetup } from './template/stack-of-setup.ts'
