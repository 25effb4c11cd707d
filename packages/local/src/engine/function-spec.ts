import type { LoggingConfig, VersionRecord } from '../store/version-record.ts'
import type { FunctionLogging, FunctionSpec } from './types.ts'

/**
 * Describes a stored version of a function to the engine.
 *
 * @param record the version
 * @param codeFolder where its code lies unpacked
 * @returns what an execution environment is made from
 */
export function createFunctionSpec(record: VersionRecord, codeFolder: string): FunctionSpec {
  const { arn, accountId, region, name, version, runtime, handler, roleArn, timeoutSeconds } = record
  return {
    arn,
    accountId,
    region,
    name,
    version,
    runtime,
    handler,
    roleArn,
    timeoutSeconds,
    memorySizeMb: record.memorySizeMb,
    environment: record.environment ?? {},
    logging: createLogging(record.logging),
    codeFolder,
    revision: record.deploymentId,
  }
}

function createLogging(config: LoggingConfig): FunctionLogging {
  const { LogFormat: format, ApplicationLogLevel, SystemLogLevel, LogGroup: group } = config
  return {
    format,
    ...(ApplicationLogLevel === undefined ? {} : { applicationLevel: ApplicationLogLevel }),
    ...(SystemLogLevel === undefined ? {} : { systemLevel: SystemLogLevel }),
    group,
  }
}
