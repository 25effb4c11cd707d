import { randomUUID } from 'node:crypto'

import type { FunctionRecord } from '../../store/functions.ts'
import type { Architecture, VersionRecord } from '../../store/version-record.ts'
import type { ControlServices } from '../services.ts'
import { readPackage, unpackPackage } from './code.ts'
import { applyConfiguration, checkConfiguration, type ConfigurationInput } from './configuration.ts'
import { architectures, configurationMembers } from './configuration-members.ts'
import { notFoundError } from './errors.ts'
import { renderVersion } from './render-version.ts'
import { findFunction, type FunctionTarget, refuseUnsettled } from './function-target.ts'
import { functionName, notServed, revisionId } from './members.ts'
import type { LambdaCall, LambdaOperation, LambdaResult } from './operation.ts'
import { defineOperation } from './operation.ts'
import { checkRevision } from './revisions.ts'
import { publish } from './versions.ts'

interface UpdateFunctionCodeInput {
  readonly ZipFile?: string
  readonly Architectures?: readonly [Architecture]
  readonly DryRun?: boolean
  readonly Publish?: boolean
  readonly RevisionId?: string
}

interface UpdateFunctionConfigurationInput extends ConfigurationInput {
  readonly RevisionId?: string
}

/** Finds the function as it is now, and whether it can be changed. */
function findChangeable(
  { store }: ControlServices,
  target: FunctionTarget,
  given: string | undefined,
): FunctionRecord {
  const latest = findFunction(store, target)
  refuseUnsettled(latest)
  checkRevision(latest.revisionId, given)
  return latest
}

/** What an update answers: the new content, in progress, with a revision that does not last. */
function renderUpdating(latest: FunctionRecord): LambdaResult {
  return { json: renderVersion({ ...latest, status: 'Updating', revisionId: randomUUID() }, latest.arn) }
}

/** While the new code is unpacked the old one serves, and nothing else may be changed. */
async function updateFunctionCode(call: LambdaCall<UpdateFunctionCodeInput>): Promise<LambdaResult> {
  const { input, target, request, services } = call
  const { store } = services
  const latest = findChangeable(services, target, input.RevisionId)
  const code = readPackage(input.ZipFile)
  const change = (record: FunctionRecord): FunctionRecord => ({
    ...record,
    codeSha256: code.codeSha256,
    codeSize: code.codeSize,
    architecture: input.Architectures?.[0] ?? record.architecture,
    status: 'Active',
    revisionId: randomUUID(),
    deploymentId: randomUUID(),
    modifiedAt: request.now,
  })
  if (input.DryRun === true) {
    await unpackPackage(code, services)
    return renderUpdating(change(latest))
  }
  store.functions.replace({ ...latest, status: 'Updating' })
  try {
    await unpackPackage(code, services)
  } catch (error) {
    store.functions.replace({ ...findSame(services, target, latest), status: 'Active' })
    throw error
  }
  return store.transaction(() => {
    const updated = change(findSame(services, target, latest))
    store.functions.replace(updated)
    return input.Publish === true ? publishUpdated(services, updated) : renderUpdating(updated)
  })
}

/** Another call may have deleted the function, and made one of its name; its tags may have changed. */
function findSame(
  { store }: ControlServices,
  target: FunctionTarget,
  { deploymentId }: FunctionRecord,
): FunctionRecord {
  const record = findFunction(store, target)
  if (record.deploymentId !== deploymentId) throw notFoundError(`Function not found: ${target.arn}`)
  return record
}

/** A new version is answered as one that is being created; an unchanged one as it is. */
function publishUpdated({ store }: ControlServices, updated: FunctionRecord): LambdaResult {
  const version = publish(store, updated)
  const isNew = Number(version.version) > updated.lastVersion
  const shown: VersionRecord = { ...version, status: isNew ? 'Pending' : 'Active' }
  return { json: renderVersion(shown, `${version.arn}:${version.version}`) }
}

/** Nothing takes time here: the update is over when it is answered, though the answer shows it in progress. */
function updateFunctionConfiguration(call: LambdaCall<UpdateFunctionConfigurationInput>): LambdaResult {
  const { input, target, request, services } = call
  findFunction(services.store, target)
  checkConfiguration(input, target.accountId, request, services)
  return services.store.transaction(() => {
    const latest = findChangeable(services, target, input.RevisionId)
    const updated: FunctionRecord = {
      ...latest,
      ...applyConfiguration(latest, input),
      revisionId: randomUUID(),
      deploymentId: randomUUID(),
      modifiedAt: request.now,
    }
    services.store.functions.replace(updated)
    return renderUpdating(updated)
  })
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
      Publish: { type: 'boolean' },
      RevisionId: revisionId,
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
