import type { FunctionRecord } from '../../store/functions.ts'
import { omit } from '../omit.ts'

/** The disk of an execution environment in MB: Lambda's default, reported and not enforced. */
export const ephemeralStorageMb = 512

/**
 * Renders a function as the API shows it. It is active at once, so that waiters end.
 *
 * @param record the function
 * @returns the members of FunctionConfiguration
 * @see https://docs.aws.amazon.com/lambda/latest/api/API_FunctionConfiguration.html
 */
export function renderFunction(record: FunctionRecord): Readonly<Record<string, unknown>> {
  return {
    FunctionName: record.name,
    FunctionArn: record.arn,
    Runtime: record.runtime,
    Role: record.roleArn,
    Handler: record.handler,
    CodeSize: record.codeSize,
    Description: record.description,
    Timeout: record.timeoutSeconds,
    MemorySize: record.memorySizeMb,
    LastModified: formatTime(record.modifiedAt),
    CodeSha256: record.codeSha256,
    Version: '$LATEST',
    ...(record.environment === undefined ? {} : { Environment: { Variables: record.environment } }),
    TracingConfig: { Mode: 'PassThrough' },
    RevisionId: record.revisionId,
    State: 'Active',
    LastUpdateStatus: 'Successful',
    PackageType: 'Zip',
    Architectures: [record.architecture],
    EphemeralStorage: { Size: ephemeralStorageMb },
    SnapStart: { ApplyOn: 'None', OptimizationStatus: 'Off' },
    LoggingConfig: { LogFormat: 'Text', LogGroup: `/aws/lambda/${record.name}` },
  }
}

/**
 * Renders a function as lists show it: without its state.
 *
 * @param record the function
 * @returns the members of FunctionConfiguration that ListFunctions gives
 */
export function renderListedFunction(record: FunctionRecord): Readonly<Record<string, unknown>> {
  return omit(renderFunction(record), 'State', 'LastUpdateStatus')
}

/** Lambda writes function times with a numeric zone. */
function formatTime(date: Date): string {
  return date.toISOString().replace('Z', '+0000')
}
