import type { RequestContext } from '@furlong/iam'

import type { Constraint } from '../constraints.ts'
import type { ControlRequest, ControlServices, ControlStream, HeaderPair } from '../services.ts'
import type { FunctionTarget } from './function-target.ts'

/** The JSON type of a member: a `list` and a `map` hold strings, `numbers` is a map of numbers. */
export type MemberType = 'string' | 'integer' | 'boolean' | 'list' | 'map' | 'numbers' | 'structure' | 'blob'

/** One input member of an operation. */
export interface Member extends Constraint {
  readonly type: MemberType
  /** Where it stands; the body when absent. */
  readonly from?: 'uri' | 'query' | 'header'
  /** Its name there, when it is another. */
  readonly wireName?: string
  /** Members of a structure, all that are served. */
  readonly members?: Readonly<Record<string, Member>>
  /** For a member that is not served: the values that ask for nothing and are taken. */
  readonly isNeutral?: (value: unknown) => boolean
}

/** A call of one operation. */
export interface LambdaCall<Input> {
  readonly input: Input
  /** The function that FunctionName or Resource names; an unnamed one where the operation has neither. */
  readonly target: FunctionTarget
  readonly request: ControlRequest
  readonly services: ControlServices
}

/** What a handler answers. */
export interface LambdaResult {
  /** The row's own status when absent. */
  readonly status?: number
  /** Sent as JSON. */
  readonly json?: unknown
  /** Sent as it is, in place of `json`. */
  readonly bytes?: Uint8Array
  /** Sent as it is made, in place of `json`. */
  readonly stream?: ControlStream
  /** The connection is torn instead. */
  readonly isTorn?: true
  readonly headers?: readonly HeaderPair[]
}

/** One row of the table of operations. */
export interface LambdaOperationRow<Input> {
  readonly name: string
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** Segments in braces are members of the path. */
  readonly path: string
  readonly status: number
  /** Such as `lambda:GetFunction`. */
  readonly action: string
  readonly members: Readonly<Record<string, Member>>
  /** `*` for operations on no function; the function, qualified as it was named, when absent. */
  readonly resource?: '*'
  /** The service's own condition keys. */
  readonly context?: (call: LambdaCall<Input>) => RequestContext
  readonly handle: (call: LambdaCall<Input>) => LambdaResult | Promise<LambdaResult>
}

/** A row whose input type is known to its handler alone. */
export type LambdaOperation = LambdaOperationRow<unknown>

/**
 * Makes a row of the table; its members are what makes the cast of the input true.
 *
 * @param row the row with a typed handler
 * @returns the same row
 */
export function defineOperation<Input>(row: LambdaOperationRow<Input>): LambdaOperation {
  return row as unknown as LambdaOperation
}
