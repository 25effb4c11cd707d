import type { RequestContext } from '@furlong/iam'

import type { Constraint } from '../constraints.ts'
import type { ControlRequest, ControlServices } from '../services.ts'
import type { XmlStructure } from './xml.ts'

/** One input member of an operation. */
export interface QueryMember extends Constraint {
  readonly type: 'string' | 'integer' | 'boolean' | 'list'
  /** For a list of structures: the members of one. */
  readonly fields?: Readonly<Record<string, QueryMember>>
}

/** A call of one operation. */
export interface QueryCall<Input> {
  readonly input: Input
  readonly request: ControlRequest
  readonly services: ControlServices
}

/** One row of the table of operations. */
export interface QueryOperationRow<Input> {
  readonly name: string
  readonly members: Readonly<Record<string, QueryMember>>
  /** The ARN (or `*`) that `<service>:<name>` is demanded on; undefined when the handler decides or anybody may. */
  readonly resource?: (call: QueryCall<Input>) => string
  /** The service's own condition keys. */
  readonly context?: (call: QueryCall<Input>) => RequestContext
  /** Returns the members of the result; undefined when there are none. */
  readonly handle: (call: QueryCall<Input>) => XmlStructure | undefined
}

/** A row whose input type is known to its handler alone. */
export type QueryOperation = QueryOperationRow<unknown>

/**
 * Makes a row of the table; its members are what makes the cast of the input true.
 *
 * @param row the row with a typed handler
 * @returns the same row
 */
export function defineQueryOperation<Input>(row: QueryOperationRow<Input>): QueryOperation {
  return row as unknown as QueryOperation
}
