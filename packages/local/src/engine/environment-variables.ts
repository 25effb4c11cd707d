import { randomBytes } from 'node:crypto'
import { runtimeFamily, runtimeFolder } from './runtimes.ts'
import type { SessionCredentials, FunctionSpec } from './types.ts'

/** What an environment adds to a function's variables. */
export interface EnvironmentFacts {
  readonly spec: FunctionSpec
  readonly session: SessionCredentials
  /** `host:port` of the environment's Runtime API. */
  readonly runtimeApi: string
  /** The environment's own home folder. */
  readonly home: string
  /** The environment's own folder for temporary files. */
  readonly temporaryFolder: string
  /** Endpoint variables; a function's own variable of the same name wins. */
  readonly clientEnvironment: Readonly<Record<string, string>>
  readonly logStream: string
}

/**
 * Creates the name of a log stream.
 * @param version The function's version.
 * @param now The time.
 * @returns `yyyy/mm/dd/[version]` and 32 hexadecimal digits.
 */
export function createLogStreamName(version: string, now: Date): string {
  return `${now.toISOString().slice(0, 10).replaceAll('-', '/')}/[${version}]${randomBytes(16).toString('hex')}`
}

/**
 * Creates all variables of a function's process: nothing of the server's own environment but PATH.
 * @param facts The function and its environment.
 * @returns The variables.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
 */
export function createEnvironmentVariables(facts: EnvironmentFacts): Record<string, string> {
  const { spec } = facts
  return {
    PATH: process.env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin',
    LANG: 'en_US.UTF-8',
    TZ: ':UTC',
    AWS_LAMBDA_LOG_FORMAT: spec.logging?.format ?? 'Text',
    ...(spec.logging?.format === 'JSON'
      ? { AWS_LAMBDA_LOG_LEVEL: spec.logging.applicationLevel ?? 'INFO' }
      : {}),
    AWS_XRAY_CONTEXT_MISSING: 'LOG_ERROR',
    HOME: facts.home,
    TMPDIR: facts.temporaryFolder,
    ...facts.clientEnvironment,
    ...spec.environment,
    ...createReservedVariables(facts),
  }
}

// What a function cannot override, on Lambda neither.
function createReservedVariables(facts: EnvironmentFacts): Record<string, string> {
  const { spec, session } = facts
  const reserved: Record<string, string> = {
    AWS_REGION: spec.region,
    AWS_DEFAULT_REGION: spec.region,
    AWS_ACCESS_KEY_ID: session.accessKeyId,
    AWS_SECRET_ACCESS_KEY: session.secretAccessKey,
    AWS_SESSION_TOKEN: session.sessionToken,
    AWS_LAMBDA_FUNCTION_NAME: spec.name,
    AWS_LAMBDA_FUNCTION_VERSION: spec.version,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(spec.memorySizeMb),
    AWS_LAMBDA_LOG_GROUP_NAME: spec.logging?.group ?? `/aws/lambda/${spec.name}`,
    AWS_LAMBDA_LOG_STREAM_NAME: facts.logStream,
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_RUNTIME_API: facts.runtimeApi,
    _HANDLER: spec.handler,
    LAMBDA_TASK_ROOT: spec.codeFolder,
    LAMBDA_RUNTIME_DIR: runtimeFolder,
  }
  // Lambda sets it for its managed runtimes only.
  if (runtimeFamily(spec.runtime) !== 'provided') {
    reserved['AWS_EXECUTION_ENV'] = `AWS_Lambda_${spec.runtime}`
  }
  return reserved
}
