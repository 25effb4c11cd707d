import { minimumUnreservedOf, unreservedConcurrency } from '../../admit/index.ts'
import type { FunctionRecord } from '../../store/functions.ts'
import { ControlError } from '../control-error.ts'
import { invalidParameterError, notFoundError } from './errors.ts'
import { refuseCreating } from './function-target.ts'
import { functionName } from './members.ts'
import type { LambdaCall, LambdaOperation, LambdaResult } from './operation.ts'
import { defineOperation } from './operation.ts'

interface PutConcurrencyInput {
  readonly ReservedConcurrentExecutions: number
}

/** @see facts on function URLs, section 1.5; the texts were recorded on AWS in November 2025 */
const unqualifiedOnly =
  'This operation is permitted on Lambda functions only. Aliases and versions do not support this operation. Please specify either a function name or an unqualified function ARN.'

/**
 * Finds the function whose concurrency is meant.
 *
 * @param shownArn the ARN in the text of a function that does not exist: Put names the version, Get does not
 */
function findWhole({ target, services }: LambdaCall<unknown>, shownArn: string): FunctionRecord {
  if (target.qualifier !== undefined) throw invalidParameterError(unqualifiedOnly)
  const record = services.store.functionByArn(target.arn)
  if (record === undefined) throw notFoundError(`Function not found: ${shownArn}`)
  return record
}

function putConcurrency(call: LambdaCall<PutConcurrencyInput>): LambdaResult {
  const { services, input, target } = call
  const { store, accountConcurrency } = services
  const record = findWhole(call, `${target.arn}:$LATEST`)
  refuseCreating(record)
  const { ReservedConcurrentExecutions: wanted } = input
  // The function's own reservation does not count: the new one replaces it.
  const others = new Map(store.reservedConcurrency())
  others.delete(record.arn)
  const minimum = minimumUnreservedOf(accountConcurrency)
  if (unreservedConcurrency(accountConcurrency, others, record) - wanted < minimum) {
    throw new ControlError(
      'InvalidParameterValueException',
      `Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [${minimum}].`,
      { withoutType: true },
    )
  }
  store.concurrency.put(record.arn, wanted)
  return { json: { ReservedConcurrentExecutions: wanted } }
}

function getConcurrency(call: LambdaCall<unknown>): LambdaResult {
  const { arn } = findWhole(call, call.target.arn)
  return { json: renderConcurrency(call.services.store.reservedConcurrency().get(arn)) }
}

function deleteConcurrency(call: LambdaCall<unknown>): LambdaResult {
  // guess: the text of a function that does not exist, as Get words it.
  const record = findWhole(call, call.target.arn)
  refuseCreating(record)
  call.services.store.concurrency.remove(record.arn)
  return {}
}

/**
 * Renders a reservation.
 *
 * @param reserved simultaneous executions; undefined for none
 * @returns the members of Concurrency: none when nothing is reserved
 */
export function renderConcurrency(reserved: number | undefined): Readonly<Record<string, number>> {
  return reserved === undefined ? {} : { ReservedConcurrentExecutions: reserved }
}

/** PutFunctionConcurrency, GetFunctionConcurrency, DeleteFunctionConcurrency. */
export const concurrencyOperations: readonly LambdaOperation[] = [
  defineOperation<PutConcurrencyInput>({
    name: 'PutFunctionConcurrency',
    method: 'PUT',
    path: '/2017-10-31/functions/{FunctionName}/concurrency',
    status: 200,
    action: 'lambda:PutFunctionConcurrency',
    members: {
      FunctionName: functionName,
      ReservedConcurrentExecutions: { type: 'integer', required: true, min: 0 },
    },
    handle: putConcurrency,
  }),
  defineOperation({
    name: 'GetFunctionConcurrency',
    method: 'GET',
    path: '/2019-09-30/functions/{FunctionName}/concurrency',
    status: 200,
    action: 'lambda:GetFunctionConcurrency',
    members: { FunctionName: functionName },
    handle: getConcurrency,
  }),
  defineOperation({
    name: 'DeleteFunctionConcurrency',
    method: 'DELETE',
    path: '/2017-10-31/functions/{FunctionName}/concurrency',
    status: 204,
    action: 'lambda:DeleteFunctionConcurrency',
    members: { FunctionName: functionName },
    handle: deleteConcurrency,
  }),
]
