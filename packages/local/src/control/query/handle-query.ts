import { ControlError } from '../control-error.ts'
import { demand } from '../demand.ts'
import type { ControlAnswer, ControlRequest, ControlServices } from '../services.ts'
import type { QueryCall, QueryOperation } from './operation.ts'
import type { QueryProtocol } from './protocol.ts'
import { createQueryAnswer, createQueryErrorAnswer } from './protocol.ts'
import { readQueryInput } from './read-input.ts'

/**
 * Answers one call of a service that speaks the query protocol.
 *
 * @param request verified; a POST form, or a GET with the parameters in its query, as presigned calls have
 * @param services the side's parts
 * @param protocol the service
 * @param operations the service's table, by name
 * @returns the service's answer
 * @throws what is no refusal: the state failing
 */
export function handleQuery(
  request: ControlRequest,
  services: ControlServices,
  protocol: QueryProtocol,
  operations: ReadonlyMap<string, QueryOperation>,
): ControlAnswer {
  const parameters = readParameters(request)
  const name = parameters.get('Action') ?? ''
  const operation = parameters.get('Version') === protocol.version ? operations.get(name) : undefined
  if (operation === undefined) {
    return refuseUnknown(name, parameters.get('Version'), request, protocol)
  }
  try {
    const refusal = protocol.refuseSession(request.caller, name)
    if (refusal !== undefined) throw refusal
    const call: QueryCall<unknown> = { input: readQueryInput(operation, parameters), request, services }
    const resource = operation.resource?.(call)
    if (resource !== undefined) {
      demand(request, services, `${request.service}:${name}`, resource, operation.context?.(call))
    }
    const result = services.store.transaction(() => operation.handle(call))
    return createQueryAnswer(protocol, name, result, request.requestId)
  } catch (error) {
    if (!(error instanceof ControlError)) throw error
    return createQueryErrorAnswer(protocol, error, request.requestId, name)
  }
}

function readParameters({ raw }: ControlRequest): URLSearchParams {
  if (raw.method !== 'GET') return new URLSearchParams(Buffer.from(raw.body).toString())
  const at = raw.target.indexOf('?')
  return new URLSearchParams(at === -1 ? '' : raw.target.slice(at + 1))
}

/** The body is AWS's; that the operation exists and is not served here is for the record. */
function refuseUnknown(
  name: string,
  version: string | null,
  { requestId, service }: ControlRequest,
  protocol: QueryProtocol,
): ControlAnswer {
  const recorded = `furlong does not serve the ${service.toUpperCase()} operation ${name || '(none named)'}.`
  const error =
    name === ''
      ? new ControlError('MissingAction', 'The request must contain the parameter Action.', { recorded })
      : new ControlError(
          'InvalidAction',
          `Could not find operation ${name} for version ${version ?? 'NO_VERSION_SPECIFIED'}`,
          { recorded },
        )
  return createQueryErrorAnswer(protocol, error, requestId)
}
