import { delimiter, join } from 'node:path'
import { runtimeFamily, runtimeFolder } from './runtimes.ts'
import type { RuntimeFamily } from './runtimes.ts'
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
  /** The folder that stands for /opt. */
  readonly optFolder?: string
}

/**
 * Creates the name of a log stream.
 * @param version The function's version.
 * @param now The time.
 * @param id 32 hexadecimal digits of the environment's own.
 * @returns `yyyy/mm/dd/[version]` and the id.
 */
export function createLogStreamName(version: string, now: Date, id: string): string {
  return `${now.toISOString().slice(0, 10).replaceAll('-', '/')}/[${version}]${id}`
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
    ...createPaths(facts),
    LANG: 'en_US.UTF-8',
    TZ: ':UTC',
    AWS_LAMBDA_LOG_FORMAT: spec.logging?.format ?? 'Text',
    ...(spec.logging?.format === 'JSON'
      ? { AWS_LAMBDA_LOG_LEVEL: spec.logging.applicationLevel ?? 'INFO' }
      : {}),
    AWS_XRAY_CONTEXT_MISSING: 'LOG_ERROR',
    // Lambda's is the address of a daemon beside the function; here nothing listens, and what is sent stays here.
    AWS_XRAY_DAEMON_ADDRESS: xrayDaemon,
    _AWS_XRAY_DAEMON_ADDRESS: '127.0.0.1',
    _AWS_XRAY_DAEMON_PORT: '2000',
    HOME: facts.home,
    TMPDIR: facts.temporaryFolder,
    ...facts.clientEnvironment,
    ...spec.environment,
    ...joinNodeOptions(facts.clientEnvironment, spec.environment),
    ...createReservedVariables(facts),
  }
}

const xrayDaemon = '127.0.0.1:2000'

/** Search paths: the function's code and what lies in the folder for /opt, in Lambda's order. */
function createPaths({ spec, optFolder }: EnvironmentFacts): Record<string, string> {
  const { codeFolder, runtime } = spec
  const inOpt = (...names: string[]): string[] =>
    optFolder === undefined ? [] : names.map((name) => join(optFolder, name))
  const joinPaths = (...paths: (string | string[])[]): string => paths.flat().join(delimiter)
  const version = runtime.replace(/\.x$/, '').replace('nodejs', 'node')
  const byFamily: Readonly<Record<RuntimeFamily, Record<string, string>>> = {
    nodejs: {
      NODE_PATH: joinPaths(inOpt(`nodejs/${version}/node_modules`, 'nodejs/node_modules'), codeFolder),
    },
    python:
      optFolder === undefined
        ? {}
        : { PYTHONPATH: joinPaths(inOpt(`python/lib/${version}/site-packages`, 'python')) },
    provided: {},
  }
  return {
    PATH: joinPaths(process.env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin', inOpt('bin')),
    LD_LIBRARY_PATH: joinPaths(codeFolder, join(codeFolder, 'lib'), inOpt('lib')),
    ...byFamily[runtimeFamily(runtime)],
  }
}

// Options of Node add up: a function's own must not take away its way to other functions.
function joinNodeOptions(
  { NODE_OPTIONS: first }: Readonly<Record<string, string>>,
  { NODE_OPTIONS: second }: Readonly<Record<string, string>>,
): Record<string, string> {
  return first === undefined || second === undefined ? {} : { NODE_OPTIONS: `${first} ${second}` }
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
