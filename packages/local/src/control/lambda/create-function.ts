import { randomUUID } from 'node:crypto'

import type { FunctionRecord } from '../../store/functions.ts'
import type { Architecture } from '../../store/version-record.ts'
import { createValidationMessage, findViolations } from '../constraints.ts'
import { ControlError } from '../control-error.ts'
import { demand } from '../demand.ts'
import type { ControlServices } from '../services.ts'
import { readPackage, unpackPackage } from './code.ts'
import {
  applyConfiguration,
  checkConfiguration,
  type ConfigurationInput,
  createConfiguration,
  defaultArchitecture,
} from './configuration.ts'
import { architectures, configurationMembers } from './configuration-members.ts'
import { conflictError, invalidParameterError } from './errors.ts'
import { renderVersion } from './render-version.ts'
import { newFunctionName, notServed } from './members.ts'
import type { LambdaCall, LambdaOperation, LambdaResult } from './operation.ts'
import { defineOperation } from './operation.ts'
import type { Tags } from './tags.ts'
import { checkTags, createTagContext } from './tags.ts'
import { publish } from './versions.ts'

interface CreateFunctionInput extends ConfigurationInput {
  readonly Role: string
  readonly Code: { readonly ZipFile?: string }
  readonly Architectures?: readonly [Architecture]
  readonly Publish?: boolean
  readonly Tags?: Tags
}

const maxNameLength = 64

function checkNewName(name: string): void {
  const violations = findViolations('functionName', name, { max: maxNameLength })
  if (violations.length > 0)
    throw new ControlError('ValidationException', createValidationMessage(violations))
}

/** The function is there, and pending, while its code is unpacked; the answer is what it was like then. */
async function createFunction(call: LambdaCall<CreateFunctionInput>): Promise<LambdaResult> {
  const { input, target, request, services } = call
  const { Runtime: runtime, Handler: handler, Role: roleArn, Tags: tags = {} } = input
  checkNewName(target.name)
  if (target.qualifier !== undefined || target.accountId !== request.accountId) {
    throw invalidParameterError(
      'A new function takes a name without qualifier, in the account of the caller.',
    )
  }
  if (runtime === undefined || handler === undefined) {
    throw invalidParameterError(
      'Runtime and Handler are mandatory parameters for functions created with deployment packages.',
    )
  }
  checkTags(tags)
  if (Object.keys(tags).length > 0) {
    demand(request, services, 'lambda:TagResource', target.arn, createTagContext(tags))
  }
  checkConfiguration(input, target.accountId, request, services)
  const code = readPackage(input.Code.ZipFile)
  const pending: FunctionRecord = {
    ...applyConfiguration(createConfiguration(target.name, runtime, handler, roleArn), input),
    arn: target.arn,
    accountId: target.accountId,
    region: request.region,
    name: target.name,
    version: '$LATEST',
    architecture: input.Architectures?.[0] ?? defaultArchitecture,
    codeSha256: code.codeSha256,
    codeSize: code.codeSize,
    revisionId: randomUUID(),
    deploymentId: randomUUID(),
    status: 'Pending',
    lastVersion: 0,
    tags,
    createdAt: request.now,
    modifiedAt: request.now,
  }
  services.store.transaction(() => {
    if (services.store.functionByArn(target.arn) !== undefined) {
      throw conflictError(`Function already exist: ${target.name}`)
    }
    services.store.functions.add(pending)
  })
  try {
    await unpackPackage(code, services)
  } catch (error) {
    // Lambda looks into a package before it makes the function: with a package that is refused there is none.
    if (isStillPending(pending, services)) services.store.functions.remove(target.arn)
    throw error
  }
  activate(pending, services, input.Publish === true)
  return {
    json: renderVersion({ ...pending, version: input.Publish === true ? '1' : '$LATEST' }, target.arn),
  }
}

/** Another call may have deleted the function, and made one of its name. */
function isStillPending({ arn, deploymentId }: FunctionRecord, { store }: ControlServices): boolean {
  return store.functionByArn(arn)?.deploymentId === deploymentId
}

function activate(pending: FunctionRecord, services: ControlServices, publishes: boolean): void {
  const { store } = services
  store.transaction(() => {
    if (!isStillPending(pending, services)) return
    const active: FunctionRecord = { ...pending, status: 'Active', revisionId: randomUUID() }
    store.functions.replace(active)
    if (publishes) publish(store, active)
  })
}

/** CreateFunction. */
export const createFunctionOperation: LambdaOperation = defineOperation<CreateFunctionInput>({
  name: 'CreateFunction',
  method: 'POST',
  path: '/2015-03-31/functions',
  status: 201,
  action: 'lambda:CreateFunction',
  members: {
    ...configurationMembers,
    FunctionName: newFunctionName,
    Role: { ...configurationMembers['Role'], type: 'string', required: true },
    Code: {
      type: 'structure',
      required: true,
      members: {
        ZipFile: { type: 'blob' },
        S3Bucket: notServed(),
        S3Key: notServed(),
        S3ObjectVersion: notServed(),
        ImageUri: notServed(),
        SourceKMSKeyArn: notServed(),
      },
    },
    Architectures: architectures,
    Tags: { type: 'map' },
    PackageType: notServed((value) => value === 'Zip'),
    Publish: { type: 'boolean' },
    PublishTo: notServed(),
    CodeSigningConfigArn: notServed(),
    TenancyConfig: notServed(),
  },
  handle: createFunction,
})
