import { createValidationMessage } from '../constraints.ts'
import { ControlError } from '../control-error.ts'
import { invalidParameterError } from './errors.ts'

const maxBytes = 4096
const keyPattern = '[a-zA-Z]([a-zA-Z0-9_])+'

/**
 * The variables that Lambda sets itself and lets nobody set.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
 */
const reserved: ReadonlySet<string> = new Set([
  '_HANDLER',
  '_X_AMZN_TRACE_ID',
  'AWS_DEFAULT_REGION',
  'AWS_REGION',
  'AWS_EXECUTION_ENV',
  'AWS_LAMBDA_FUNCTION_NAME',
  'AWS_LAMBDA_FUNCTION_MEMORY_SIZE',
  'AWS_LAMBDA_FUNCTION_VERSION',
  'AWS_LAMBDA_INITIALIZATION_TYPE',
  'AWS_LAMBDA_LOG_GROUP_NAME',
  'AWS_LAMBDA_LOG_STREAM_NAME',
  'AWS_ACCESS_KEY',
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'AWS_LAMBDA_RUNTIME_API',
  'LAMBDA_TASK_ROOT',
  'LAMBDA_RUNTIME_DIR',
])

const failure =
  'Lambda was unable to configure your environment variables because the environment variables you have provided'

/**
 * Checks the environment variables of a function. Their values are in no message: they may be secrets.
 *
 * @param variables all of them
 * @throws {ControlError} for a name that is reserved or malformed, or more than 4 KB
 */
export function checkEnvironment(variables: Readonly<Record<string, string>>): void {
  const names = Object.keys(variables)
  const taken = names.filter((name) => reserved.has(name))
  if (taken.length > 0) {
    throw invalidParameterError(
      `${failure} contains reserved keys that are currently not supported for modification. Reserved keys used in this request: ${taken.join(', ')}`,
    )
  }
  const malformed = names.filter((name) => !new RegExp(`^${keyPattern}$`).test(name))
  if (malformed.length > 0) {
    throw new ControlError(
      'ValidationException',
      createValidationMessage([
        `Value '{${malformed.join(', ')}}' at 'environment.variables' failed to satisfy constraint: Map keys must satisfy constraint: [Member must satisfy regular expression pattern: ${keyPattern}]`,
      ]),
    )
  }
  if (Buffer.byteLength(JSON.stringify(variables)) > maxBytes) {
    throw invalidParameterError(`${failure} exceeded the 4KB limit.`)
  }
}
