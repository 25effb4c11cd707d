import type { FunctionRecord } from '../store/functions.ts'
import type { FunctionSpec } from './types.ts'

/**
 * Describes a stored function to the engine.
 *
 * @param record the function
 * @param codeFolder where its code lies unpacked
 * @returns what an execution environment is made from
 */
export function createFunctionSpec(record: FunctionRecord, codeFolder: string): FunctionSpec {
  const { arn, accountId, region, name, runtime, handler, timeoutSeconds, memorySizeMb } = record
  return {
    arn,
    accountId,
    region,
    name,
    version: '$LATEST',
    runtime,
    handler,
    timeoutSeconds,
    memorySizeMb,
    environment: record.environment ?? {},
    codeFolder,
    revision: record.deploymentId,
  }
}
