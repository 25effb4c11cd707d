import type { Route } from './router.ts'

/** An operation of Lambda's that is refused by its name. */
export interface UnservedOperation extends Route {
  readonly name: string
}

/**
 * The operations of the Lambda API that are not served, so that a refusal can name them. Two that only a query parameter
 * tells apart share a row.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/api/API_Operations.html
 */
export const unservedOperations: readonly UnservedOperation[] = [
  {
    name: 'AddLayerVersionPermission',
    method: 'POST',
    path: '/2018-10-31/layers/{LayerName}/versions/{VersionNumber}/policy',
  },
  {
    name: 'CheckpointDurableExecution',
    method: 'POST',
    path: '/2025-12-01/durable-executions/{DurableExecutionArn}/checkpoint',
  },
  { name: 'CreateCapacityProvider', method: 'POST', path: '/2025-11-30/capacity-providers' },
  { name: 'CreateCodeSigningConfig', method: 'POST', path: '/2020-04-22/code-signing-configs' },
  { name: 'CreateEventSourceMapping', method: 'POST', path: '/2015-03-31/event-source-mappings' },
  {
    name: 'DeleteCapacityProvider',
    method: 'DELETE',
    path: '/2025-11-30/capacity-providers/{CapacityProviderName}',
  },
  {
    name: 'DeleteCodeSigningConfig',
    method: 'DELETE',
    path: '/2020-04-22/code-signing-configs/{CodeSigningConfigArn}',
  },
  { name: 'DeleteEventSourceMapping', method: 'DELETE', path: '/2015-03-31/event-source-mappings/{UUID}' },
  {
    name: 'DeleteFunctionCodeSigningConfig',
    method: 'DELETE',
    path: '/2020-06-30/functions/{FunctionName}/code-signing-config',
  },
  {
    name: 'DeleteFunctionEventInvokeConfig',
    method: 'DELETE',
    path: '/2019-09-25/functions/{FunctionName}/event-invoke-config',
  },
  {
    name: 'DeleteLayerVersion',
    method: 'DELETE',
    path: '/2018-10-31/layers/{LayerName}/versions/{VersionNumber}',
  },
  {
    name: 'DeleteProvisionedConcurrencyConfig',
    method: 'DELETE',
    path: '/2019-09-30/functions/{FunctionName}/provisioned-concurrency',
  },
  {
    name: 'DeleteResourcePolicy',
    method: 'DELETE',
    path: '/2026-07-09/resource-policy/{ResourceArn}',
  },
  {
    name: 'GetCapacityProvider',
    method: 'GET',
    path: '/2025-11-30/capacity-providers/{CapacityProviderName}',
  },
  {
    name: 'GetCodeSigningConfig',
    method: 'GET',
    path: '/2020-04-22/code-signing-configs/{CodeSigningConfigArn}',
  },
  {
    name: 'GetDurableExecution',
    method: 'GET',
    path: '/2025-12-01/durable-executions/{DurableExecutionArn}',
  },
  {
    name: 'GetDurableExecutionHistory',
    method: 'GET',
    path: '/2025-12-01/durable-executions/{DurableExecutionArn}/history',
  },
  {
    name: 'GetDurableExecutionState',
    method: 'GET',
    path: '/2025-12-01/durable-executions/{DurableExecutionArn}/state',
  },
  { name: 'GetEventSourceMapping', method: 'GET', path: '/2015-03-31/event-source-mappings/{UUID}' },
  {
    name: 'GetFunctionCodeSigningConfig',
    method: 'GET',
    path: '/2020-06-30/functions/{FunctionName}/code-signing-config',
  },
  {
    name: 'GetFunctionEventInvokeConfig',
    method: 'GET',
    path: '/2019-09-25/functions/{FunctionName}/event-invoke-config',
  },
  {
    name: 'GetFunctionRecursionConfig',
    method: 'GET',
    path: '/2024-08-31/functions/{FunctionName}/recursion-config',
  },
  {
    name: 'GetFunctionScalingConfig',
    method: 'GET',
    path: '/2025-11-30/functions/{FunctionName}/function-scaling-config',
  },
  { name: 'GetLayerVersion', method: 'GET', path: '/2018-10-31/layers/{LayerName}/versions/{VersionNumber}' },
  {
    name: 'GetLayerVersionPolicy',
    method: 'GET',
    path: '/2018-10-31/layers/{LayerName}/versions/{VersionNumber}/policy',
  },
  {
    name: 'GetProvisionedConcurrencyConfig or ListProvisionedConcurrencyConfigs',
    method: 'GET',
    path: '/2019-09-30/functions/{FunctionName}/provisioned-concurrency',
  },
  { name: 'GetResourcePolicy', method: 'GET', path: '/2026-07-09/resource-policy/{ResourceArn}' },
  {
    name: 'GetRuntimeManagementConfig',
    method: 'GET',
    path: '/2021-07-20/functions/{FunctionName}/runtime-management-config',
  },
  { name: 'InvokeAsync', method: 'POST', path: '/2014-11-13/functions/{FunctionName}/invoke-async' },
  { name: 'ListCapacityProviders', method: 'GET', path: '/2025-11-30/capacity-providers' },
  { name: 'ListCodeSigningConfigs', method: 'GET', path: '/2020-04-22/code-signing-configs' },
  {
    name: 'ListDurableExecutionsByFunction',
    method: 'GET',
    path: '/2025-12-01/functions/{FunctionName}/durable-executions',
  },
  { name: 'ListEventSourceMappings', method: 'GET', path: '/2015-03-31/event-source-mappings' },
  {
    name: 'ListFunctionEventInvokeConfigs',
    method: 'GET',
    path: '/2019-09-25/functions/{FunctionName}/event-invoke-config/list',
  },
  {
    name: 'ListFunctionVersionsByCapacityProvider',
    method: 'GET',
    path: '/2025-11-30/capacity-providers/{CapacityProviderName}/function-versions',
  },
  {
    name: 'ListFunctionsByCodeSigningConfig',
    method: 'GET',
    path: '/2020-04-22/code-signing-configs/{CodeSigningConfigArn}/functions',
  },
  { name: 'ListLayerVersions', method: 'GET', path: '/2018-10-31/layers/{LayerName}/versions' },
  { name: 'GetLayerVersionByArn or ListLayers', method: 'GET', path: '/2018-10-31/layers' },
  { name: 'PublishLayerVersion', method: 'POST', path: '/2018-10-31/layers/{LayerName}/versions' },
  {
    name: 'PutFunctionCodeSigningConfig',
    method: 'PUT',
    path: '/2020-06-30/functions/{FunctionName}/code-signing-config',
  },
  {
    name: 'PutFunctionEventInvokeConfig',
    method: 'PUT',
    path: '/2019-09-25/functions/{FunctionName}/event-invoke-config',
  },
  {
    name: 'PutFunctionRecursionConfig',
    method: 'PUT',
    path: '/2024-08-31/functions/{FunctionName}/recursion-config',
  },
  {
    name: 'PutFunctionScalingConfig',
    method: 'PUT',
    path: '/2025-11-30/functions/{FunctionName}/function-scaling-config',
  },
  {
    name: 'PutProvisionedConcurrencyConfig',
    method: 'PUT',
    path: '/2019-09-30/functions/{FunctionName}/provisioned-concurrency',
  },
  { name: 'PutResourcePolicy', method: 'PUT', path: '/2026-07-09/resource-policy/{ResourceArn}' },
  {
    name: 'PutRuntimeManagementConfig',
    method: 'PUT',
    path: '/2021-07-20/functions/{FunctionName}/runtime-management-config',
  },
  {
    name: 'RemoveLayerVersionPermission',
    method: 'DELETE',
    path: '/2018-10-31/layers/{LayerName}/versions/{VersionNumber}/policy/{StatementId}',
  },
  {
    name: 'SendDurableExecutionCallbackFailure',
    method: 'POST',
    path: '/2025-12-01/durable-execution-callbacks/{CallbackId}/fail',
  },
  {
    name: 'SendDurableExecutionCallbackHeartbeat',
    method: 'POST',
    path: '/2025-12-01/durable-execution-callbacks/{CallbackId}/heartbeat',
  },
  {
    name: 'SendDurableExecutionCallbackSuccess',
    method: 'POST',
    path: '/2025-12-01/durable-execution-callbacks/{CallbackId}/succeed',
  },
  {
    name: 'StopDurableExecution',
    method: 'POST',
    path: '/2025-12-01/durable-executions/{DurableExecutionArn}/stop',
  },
  {
    name: 'UpdateCapacityProvider',
    method: 'PUT',
    path: '/2025-11-30/capacity-providers/{CapacityProviderName}',
  },
  {
    name: 'UpdateCodeSigningConfig',
    method: 'PUT',
    path: '/2020-04-22/code-signing-configs/{CodeSigningConfigArn}',
  },
  { name: 'UpdateEventSourceMapping', method: 'PUT', path: '/2015-03-31/event-source-mappings/{UUID}' },
  {
    name: 'UpdateFunctionEventInvokeConfig',
    method: 'POST',
    path: '/2019-09-25/functions/{FunctionName}/event-invoke-config',
  },
]
