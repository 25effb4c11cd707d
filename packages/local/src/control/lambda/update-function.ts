import { randomUUID } from 'node:crypto'

import type { FunctionRecord } from '../../store/functions.ts'
import type { Architecture } from '../../store/version-record.ts'
import { ControlError } from '../control-error.ts'
import { takeCode } from './code.ts'
import type { ConfigurationInput } from './configuration-members.ts'
import { architectures, configurationMembers } from './configuration-members.ts'
import { checkRuntime } from './create-function.ts'
import { checkEnvironment } from './environment.ts'
import { invalidParameterError } from './errors.ts'
import { renderVersion } from './function-configuration.ts'
import { checkFunctionRole } from './function-role.ts'
import { findFunction } from './function-target.ts'
import { functionName, notServed, revisionId } from './members.ts'
import type { LambdaCall, LambdaOperation, LambdaResult } from './operation.ts'
import { defineOperation } from './operation.ts'

interface UpdateFunctionCodeInput {
  readonly ZipFile?: string
  readonly Architectures?: readonly [Architecture]
  readonly DryRun?: boolean
  readonly RevisionId?: string
}

interface UpdateFunctionConfigurationInput extends ConfigurationInput {
  readonly RevisionId?: string
}

function checkRevision(record: FunctionRecord, revisionId: string | undefined): void {
  if (revisionId === undefined || revisionId === record.revisionId) return
  throw new ControlError(
    'PreconditionFailedException',
    'The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to retrieve the latest Revision Id',
  )
}

/** Applies a change to the function as it is now, as one step. */
function change<Input extends { readonly RevisionId?: string }>(
  { input, target, request, services }: LambdaCall<Input>,
  apply: (record: FunctionRecord) => FunctionRecord,
  keep = true,
): LambdaResult {
  const { store } = services
  return store.transaction(() => {
    const record = findFunction(store, target)
    checkRevision(record, input.RevisionId)
    const changed: FunctionRecord = {
      ...apply(record),
      revisionId: randomUUID(),
      deploymentId: randomUUID(),
      modifiedAt: request.now,
    }
    if (keep) store.functions.replace(changed)
    return { json: renderVersion(changed, changed.arn) }
  })
}

async function updateFunctionCode(call: LambdaCall<UpdateFunctionCodeInput>): Promise<LambdaResult> {
  const { input, target, services } = call
  checkRevision(findFunction(services.store, target), input.RevisionId)
  if (input.ZipFile === undefined) throw invalidParameterError('Please provide a source for function code.')
  const code = await takeCode(input.ZipFile, services)
  return change(
    call,
    (record) => ({ ...record, ...code, architecture: input.Architectures?.[0] ?? record.architecture }),
    input.DryRun !== true,
  )
}

function updateFunctionConfiguration(call: LambdaCall<UpdateFunctionConfigurationInput>): LambdaResult {
  const { input, target, request, services } = call
  findFunction(services.store, target)
  if (input.Runtime !== undefined) checkRuntime(input.Runtime)
  checkEnvironment(input.Environment?.Variables ?? {})
  if (input.Role !== undefined) checkFunctionRole(input.Role, target.accountId, request, services)
  return change(call, (record) => ({
    ...record,
    runtime: input.Runtime ?? record.runtime,
    handler: input.Handler ?? record.handler,
    roleArn: input.Role ?? record.roleArn,
    description: input.Description ?? record.description,
    timeoutSeconds: input.Timeout ?? record.timeoutSeconds,
    memorySizeMb: input.MemorySize ?? record.memorySizeMb,
    ...(input.Environment === undefined ? {} : { environment: input.Environment.Variables ?? {} }),
  }))
}

/** UpdateFunctionCode, UpdateFunctionConfiguration. */
export const updateFunctionOperations: readonly LambdaOperation[] = [
  defineOperation<UpdateFunctionCodeInput>({
    name: 'UpdateFunctionCode',
    method: 'PUT',
    path: '/2015-03-31/functions/{FunctionName}/code',
    status: 200,
    action: 'lambda:UpdateFunctionCode',
    members: {
      FunctionName: functionName,
      ZipFile: { type: 'string' },
      Architectures: architectures,
      DryRun: { type: 'boolean' },
      RevisionId: revisionId,
      Publish: notServed(),
      PublishTo: notServed(),
      S3Bucket: notServed(),
      S3Key: notServed(),
      S3ObjectVersion: notServed(),
      ImageUri: notServed(),
      SourceKMSKeyArn: notServed(),
    },
    handle: updateFunctionCode,
  }),
  defineOperation<UpdateFunctionConfigurationInput>({
    name: 'UpdateFunctionConfiguration',
    method: 'PUT',
    path: '/2015-03-31/functions/{FunctionName}/configuration',
    status: 200,
    action: 'lambda:UpdateFunctionConfiguration',
    members: { ...configurationMembers, FunctionName: functionName, RevisionId: revisionId },
    handle: updateFunctionConfiguration,
  }),
]
