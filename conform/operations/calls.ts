import { lambdaOperations } from '../../packages/local/src/control/lambda/operations.ts'
import { findRoute } from '../../packages/local/src/control/lambda/router.ts'
import type { ControlService } from '../../packages/local/src/control/services.ts'

/** The environment variable that names the file calls are written to. */
export const callsVariable = 'FURLONG_CONFORM_CALLS'

/** One request that a local side answered. */
export interface Call {
  readonly method: string
  readonly target: string
  readonly userAgent: string
  /** Of the query protocol, or empty. */
  readonly body: string
  readonly status: number
}

/** Whose calls are told apart. */
export type Client = 'sdk' | 'cli'

const clients: readonly (readonly [client: Client, userAgent: RegExp])[] = [
  ['sdk', /^aws-sdk-js\//],
  ['cli', /^aws-cli\//],
]

/** Versions of the query APIs, by which their services are told apart. */
const services: Readonly<Record<string, ControlService>> = { '2010-05-08': 'iam', '2011-06-15': 'sts' }

/**
 * Tells which client made a call.
 * @param call the call
 * @returns the client, or undefined for any other
 */
export function clientOf(call: Call): Client | undefined {
  return clients.find(([, userAgent]) => userAgent.test(call.userAgent))?.[0]
}

/**
 * Tells which operation was called.
 * @param call the call
 * @returns service and name, such as `lambda:CreateAlias`, or undefined when it was none that is served
 */
export function operationOf({ method, target, body }: Call): string | undefined {
  const query = new URLSearchParams(body)
  const service = services[query.get('Version') ?? '']
  if (service !== undefined) return `${service}:${query.get('Action') ?? ''}`
  const row = findRoute(lambdaOperations, method, target.split('?', 1)[0] ?? '')?.row
  return row && `lambda:${row.name}`
}
