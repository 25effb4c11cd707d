import { createHash } from 'node:crypto'

import { partition } from '../../store/arns.ts'
import type { VersionRecord, VersionStatus } from '../../store/version-record.ts'
import { omit } from '../omit.ts'

type Members = Readonly<Record<string, unknown>>

/** What Lambda gives as the reason, of creations and of updates alike. */
const reason = 'The function is being created.'

const states: Readonly<Record<VersionStatus, Members>> = {
  Pending: { State: 'Pending', StateReason: reason, StateReasonCode: 'Creating' },
  Updating: {
    State: 'Active',
    LastUpdateStatus: 'InProgress',
    LastUpdateStatusReason: reason,
    LastUpdateStatusReasonCode: 'Creating',
  },
  Active: { State: 'Active', LastUpdateStatus: 'Successful' },
}

/**
 * Renders a version of a function as the API shows it.
 *
 * @param version of a function
 * @param functionArn with the qualifier that was asked for, if any
 * @returns the members of FunctionConfiguration
 * @see https://docs.aws.amazon.com/lambda/latest/api/API_FunctionConfiguration.html
 */
export function renderVersion(version: VersionRecord, functionArn: string): Members {
  return {
    FunctionName: version.name,
    FunctionArn: functionArn,
    Runtime: version.runtime,
    Role: version.roleArn,
    Handler: version.handler,
    CodeSize: version.codeSize,
    Description: version.description,
    Timeout: version.timeoutSeconds,
    MemorySize: version.memorySizeMb,
    LastModified: formatTime(version.modifiedAt),
    CodeSha256: version.codeSha256,
    Version: version.version,
    ...(version.environment === undefined ? {} : { Environment: { Variables: version.environment } }),
    TracingConfig: { Mode: version.tracingMode },
    RevisionId: version.revisionId,
    ...states[version.status],
    PackageType: 'Zip',
    Architectures: [version.architecture],
    EphemeralStorage: { Size: version.ephemeralStorageMb },
    SnapStart: { ApplyOn: 'None', OptimizationStatus: 'Off' },
    RuntimeVersionConfig: { RuntimeVersionArn: createRuntimeVersionArn(version) },
    LoggingConfig: version.logging,
  }
}

/**
 * Renders a version as lists show it: without its state and the version of its runtime.
 *
 * @param version of a function
 * @param functionArn with the qualifier that the list gives it, if any
 * @returns the members of FunctionConfiguration that lists give
 */
export function renderListedVersion(version: VersionRecord, functionArn: string): Members {
  return omit(
    renderVersion(version, functionArn),
    ...Object.values(states).flatMap((members) => Object.keys(members)),
    'RuntimeVersionConfig',
  )
}

/** Lambda names the image of a runtime by a hash; here it is one of the runtime's id, the same until that changes. */
function createRuntimeVersionArn({ region, runtime }: VersionRecord): string {
  const hash = createHash('sha256').update(runtime).digest('hex')
  return `arn:${partition}:lambda:${region}::runtime:${hash}`
}

/** Lambda writes function times with a numeric zone. */
function formatTime(date: Date): string {
  return date.toISOString().replace('Z', '+0000')
}
