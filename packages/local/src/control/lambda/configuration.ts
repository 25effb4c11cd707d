import { isKnownRuntime, runtimeIds } from '../../engine/runtimes.ts'
import {
  type Architecture,
  createLogGroupName,
  type LoggingConfig,
  type VersionRecord,
} from '../../store/version-record.ts'
import type { ControlRequest, ControlServices } from '../services.ts'
import { checkEnvironment } from './environment.ts'
import { invalidParameterError } from './errors.ts'
import { checkFunctionRole } from './function-role.ts'
import { knownElsewhere, noLongerSupported } from './runtimes-elsewhere.ts'

/** Members of a configuration that CreateFunction and UpdateFunctionConfiguration share. */
export interface ConfigurationInput {
  readonly Runtime?: string
  readonly Role?: string
  readonly Handler?: string
  readonly Description?: string
  readonly Timeout?: number
  readonly MemorySize?: number
  readonly Environment?: { readonly Variables?: Readonly<Record<string, string>> }
  readonly EphemeralStorage?: { readonly Size: number }
  readonly TracingConfig?: { readonly Mode?: VersionRecord['tracingMode'] }
  readonly LoggingConfig?: Partial<LoggingConfig>
}

/** The most that a function gets which does not run on managed instances. */
const maxMemorySizeMb = 10_240

/** What a configuration consists of. */
export type Configuration = Pick<
  VersionRecord,
  | 'runtime'
  | 'handler'
  | 'roleArn'
  | 'description'
  | 'timeoutSeconds'
  | 'memorySizeMb'
  | 'environment'
  | 'ephemeralStorageMb'
  | 'tracingMode'
  | 'logging'
>

/** Reported back; the machine's own architecture runs the code. */
export const defaultArchitecture: Architecture = 'x86_64'

/**
 * Writes the configuration of a function that was given nothing but what it must have.
 *
 * @param name of the function
 * @param runtime its id
 * @param handler of the code
 * @param roleArn the function's role
 * @returns Lambda's defaults for the rest
 */
export function createConfiguration(
  name: string,
  runtime: string,
  handler: string,
  roleArn: string,
): Configuration {
  return {
    runtime,
    handler,
    roleArn,
    description: '',
    timeoutSeconds: 3,
    memorySizeMb: 128,
    ephemeralStorageMb: 512,
    tracingMode: 'PassThrough',
    logging: { LogFormat: 'Text', LogGroup: createLogGroupName(name) },
  }
}

/**
 * Changes a configuration: what the input leaves out stays.
 *
 * @param current as it is
 * @param input checked by {@link checkConfiguration}
 * @returns the whole of it
 * @throws {ControlError} for log levels of a text log
 */
export function applyConfiguration(current: Configuration, input: ConfigurationInput): Configuration {
  const { environment, ...rest } = current
  const variables = input.Environment === undefined ? environment : (input.Environment.Variables ?? {})
  return {
    ...rest,
    runtime: input.Runtime ?? current.runtime,
    handler: input.Handler ?? current.handler,
    roleArn: input.Role ?? current.roleArn,
    description: input.Description ?? current.description,
    timeoutSeconds: input.Timeout ?? current.timeoutSeconds,
    memorySizeMb: input.MemorySize ?? current.memorySizeMb,
    ...(variables === undefined ? {} : { environment: variables }),
    ephemeralStorageMb: input.EphemeralStorage?.Size ?? current.ephemeralStorageMb,
    tracingMode: input.TracingConfig?.Mode ?? current.tracingMode,
    logging: applyLogging(current.logging, input.LoggingConfig ?? {}),
  }
}

/** A log in JSON has levels, INFO unless given; a text log has none. */
function applyLogging(current: LoggingConfig, input: Partial<LoggingConfig>): LoggingConfig {
  const { LogFormat = current.LogFormat, LogGroup = current.LogGroup } = input
  if (LogFormat === 'Text') {
    if (input.ApplicationLogLevel !== undefined || input.SystemLogLevel !== undefined) {
      throw invalidParameterError(
        'LogLevel is not supported when LogFormat is set to "Text". Remove LogLevel from your request or change the LogFormat to "JSON" and try again.',
      )
    }
    return { LogFormat, LogGroup }
  }
  return {
    LogFormat,
    ApplicationLogLevel: input.ApplicationLogLevel ?? current.ApplicationLogLevel ?? 'INFO',
    SystemLogLevel: input.SystemLogLevel ?? current.SystemLogLevel ?? 'INFO',
    LogGroup,
  }
}

/**
 * Checks what the limits of single members do not say: the runtime, the variables and the role.
 *
 * @param input the members that are given
 * @param accountId the function's account
 * @param request the call
 * @param services decide whether the role may be passed
 * @throws {ControlError} with Lambda's text
 */
export function checkConfiguration(
  input: ConfigurationInput,
  accountId: string,
  request: ControlRequest,
  services: ControlServices,
): void {
  if (input.Runtime !== undefined) checkRuntime(input.Runtime)
  if (input.MemorySize !== undefined && input.MemorySize > maxMemorySizeMb) {
    throw invalidParameterError(
      `'MemorySize' value failed to satisfy constraint: Member must have value less than or equal to ${maxMemorySizeMb}`,
    )
  }
  checkEnvironment(input.Environment?.Variables ?? {})
  if (input.Role !== undefined) checkFunctionRole(input.Role, accountId, request, services)
}

/** One that Lambda runs and this side does not is refused in words of ours. */
function checkRuntime(runtime: string): void {
  if (isKnownRuntime(runtime)) return
  if (noLongerSupported.has(runtime)) {
    throw invalidParameterError(
      `The runtime parameter of ${runtime} is no longer supported for creating or updating AWS Lambda functions. We recommend you use a supported runtime while creating or updating functions.`,
    )
  }
  if (knownElsewhere.has(runtime)) {
    throw invalidParameterError(
      `furlong does not run the runtime ${runtime}; it runs ${runtimeIds.join(', ')}.`,
    )
  }
  throw invalidParameterError(
    `Value ${runtime} at 'runtime' failed to satisfy constraint: Member must satisfy enum value set: [${runtimeIds.join(', ')}] or be a valid ARN`,
  )
}
