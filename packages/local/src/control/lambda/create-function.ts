import { randomUUID } from 'node:crypto'

import { isKnownRuntime, runtimeIds } from '../../engine/runtimes.ts'
import type { FunctionRecord } from '../../store/functions.ts'
import { type Architecture, createLogGroupName } from '../../store/version-record.ts'
import { createValidationMessage, findViolations } from '../constraints.ts'
import { ControlError } from '../control-error.ts'
import { demand } from '../demand.ts'
import { takeCode } from './code.ts'
import type { ConfigurationInput } from './configuration-members.ts'
import { architectures, configurationMembers } from './configuration-members.ts'
import { checkEnvironment } from './environment.ts'
import { conflictError, invalidParameterError } from './errors.ts'
import { renderVersion } from './function-configuration.ts'
import { checkFunctionRole } from './function-role.ts'
import { newFunctionName, notServed } from './members.ts'
import type { LambdaCall, LambdaOperation, LambdaResult } from './operation.ts'
import { defineOperation } from './operation.ts'
import { knownElsewhere } from './runtimes-elsewhere.ts'
import type { Tags } from './tags.ts'
import { checkTags, createTagContext } from './tags.ts'

interface CreateFunctionInput extends ConfigurationInput {
  readonly Role: string
  readonly Code: { readonly ZipFile?: string }
  readonly Architectures?: readonly [Architecture]
  readonly Tags?: Tags
}

const maxNameLength = 64
const defaultTimeoutSeconds = 3
const defaultMemorySizeMb = 128

/**
 * Checks a runtime.
 *
 * @param runtime its id
 * @throws {ControlError} with Lambda's text, or ours for one that Lambda runs and this side does not
 */
export function checkRuntime(runtime: string): void {
  if (isKnownRuntime(runtime)) return
  if (knownElsewhere.has(runtime)) {
    throw invalidParameterError(
      `furlong does not run the runtime ${runtime}; it runs ${runtimeIds.join(', ')}.`,
    )
  }
  throw invalidParameterError(
    `Value ${runtime} at 'runtime' failed to satisfy constraint: Member must satisfy enum value set: [${runtimeIds.join(', ')}] or be a valid ARN`,
  )
}

function checkNewName(name: string): void {
  const violations = findViolations('functionName', name, { max: maxNameLength })
  if (violations.length > 0)
    throw new ControlError('ValidationException', createValidationMessage(violations))
}

async function createFunction(call: LambdaCall<CreateFunctionInput>): Promise<LambdaResult> {
  const { input, target, request, services } = call
  const { store } = services
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
  checkRuntime(runtime)
  checkEnvironment(input.Environment?.Variables ?? {})
  checkTags(tags)
  if (Object.keys(tags).length > 0) {
    demand(request, services, 'lambda:TagResource', target.arn, createTagContext(tags))
  }
  checkFunctionRole(roleArn, target.accountId, request, services)
  if (input.Code.ZipFile === undefined) {
    throw invalidParameterError('Please provide a source for function code.')
  }
  if (store.functionByArn(target.arn) !== undefined) throw alreadyExists(target.name)
  const code = await takeCode(input.Code.ZipFile, services)
  const record: FunctionRecord = {
    ...code,
    arn: target.arn,
    accountId: target.accountId,
    region: request.region,
    name: target.name,
    version: '$LATEST',
    runtime,
    handler,
    roleArn,
    description: input.Description ?? '',
    timeoutSeconds: input.Timeout ?? defaultTimeoutSeconds,
    memorySizeMb: input.MemorySize ?? defaultMemorySizeMb,
    ...(input.Environment === undefined ? {} : { environment: input.Environment.Variables ?? {} }),
    architecture: input.Architectures?.[0] ?? 'x86_64',
    ephemeralStorageMb: 512,
    tracingMode: 'PassThrough',
    logging: { LogFormat: 'Text', LogGroup: createLogGroupName(target.name) },
    revisionId: randomUUID(),
    deploymentId: randomUUID(),
    status: 'Active',
    lastVersion: 0,
    tags,
    createdAt: request.now,
    modifiedAt: request.now,
  }
  store.transaction(() => {
    // Another call may have made it while this one unpacked.
    if (store.functionByArn(target.arn) !== undefined) throw alreadyExists(target.name)
    store.functions.add(record)
  })
  return { json: renderVersion(record, record.arn) }
}

function alreadyExists(name: string): ControlError {
  return conflictError(`Function already exist: ${name}`)
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
    Publish: notServed(),
    PublishTo: notServed(),
    CodeSigningConfigArn: notServed(),
    TenancyConfig: notServed(),
  },
  handle: createFunction,
})
