import { invalidMarker, paginate } from '../pagination.ts'
import { invalidParameterError } from './errors.ts'
import type { LambdaResult, Member } from './operation.ts'

/** The members that every list takes. */
export interface ListInput {
  readonly Marker?: string
  readonly MaxItems?: number
}

/** Lambda gives 50 items a page, however many are asked for. */
const itemsPerPage = 50

/**
 * Makes the limits of the members that a list takes.
 *
 * @param most the highest MaxItems
 * @returns Marker and MaxItems
 */
export function listMembers(most: number): Readonly<Record<'Marker' | 'MaxItems', Member>> {
  return {
    Marker: { type: 'string', from: 'query' },
    MaxItems: { type: 'integer', from: 'query', min: 1, max: most },
  }
}

/**
 * Answers one page of a list.
 *
 * @param name the member of the answer that holds the items
 * @param items the whole list
 * @param keyOf a key that rises along the list
 * @param input which page, and how many items of it
 * @param render shows an item
 * @returns the answer, with NextMarker unless it is the last page
 * @throws {ControlError} InvalidParameterValueException for a marker that no page gave
 */
export function answerPage<Item>(
  name: string,
  items: readonly Item[],
  keyOf: (item: Item) => string,
  input: ListInput,
  render: (item: Item) => unknown,
): LambdaResult {
  const page = paginate(items, keyOf, input.Marker, Math.min(input.MaxItems ?? itemsPerPage, itemsPerPage))
  if (page === undefined) throw invalidParameterError(invalidMarker)
  const { nextMarker } = page
  return {
    json: {
      [name]: page.items.map(render),
      ...(nextMarker === undefined ? {} : { NextMarker: nextMarker }),
    },
  }
}
