import { ControlError } from '../control-error.ts'
import { invalidMarker, paginate } from '../pagination.ts'
import type { XmlStructure, XmlValue } from '../query/xml.ts'

/** The paging members of a list operation. */
export interface PagingInput {
  readonly Marker?: string
  readonly MaxItems?: number
}

const defaultMaxItems = 100

/**
 * Makes one page of a list answer.
 *
 * @param name the member that holds the items, such as `Roles`
 * @param items the whole list
 * @param keyOf a key that rises along the list
 * @param render shows one item
 * @param input the paging members
 * @returns the members of the result
 * @throws {ControlError} ValidationError for a marker of another's making
 */
export function createPage<T>(
  name: string,
  items: readonly T[],
  keyOf: (item: T) => string,
  render: (item: T) => XmlValue,
  input: PagingInput,
): XmlStructure {
  const page = cutPage(items, keyOf, input)
  return { [name]: page.items.map(render), ...page.members }
}

/**
 * Cuts one page out of a list, for an answer that shows its items in several members.
 *
 * @param items the whole list
 * @param keyOf a key that rises along the list
 * @param input the paging members
 * @returns the page's items, and the paging members of the result
 * @throws {ControlError} ValidationError for a marker of another's making
 */
export function cutPage<T>(
  items: readonly T[],
  keyOf: (item: T) => string,
  input: PagingInput,
): { readonly items: readonly T[]; readonly members: XmlStructure } {
  const page = paginate(items, keyOf, input.Marker, input.MaxItems ?? defaultMaxItems)
  if (page === undefined) throw new ControlError('ValidationError', invalidMarker)
  return {
    items: page.items,
    members: { IsTruncated: page.nextMarker !== undefined, Marker: page.nextMarker },
  }
}
