import type { InvokeMode } from '@aws-sdk/client-lambda'

/** The variable that tells a function the mode of its URL; `@furlong/host` reads it. */
export const invokeModeVariable = 'FURLONG_INVOKE_MODE'

/**
 * Names the mode that was asked for.
 * @param stream whether answers are streamed
 * @returns the mode as Lambda names it
 */
export function toInvokeMode(stream: boolean): InvokeMode {
  return stream ? 'RESPONSE_STREAM' : 'BUFFERED'
}

/**
 * Reads for which mode a function was deployed.
 * @param variables the function's environment variables
 * @returns the mode its host works in
 */
export function readHostMode(variables: Readonly<Record<string, string>>): InvokeMode {
  return toInvokeMode(variables[invokeModeVariable] === 'RESPONSE_STREAM')
}
