/** One page of a list. */
export interface Page<T> {
  readonly items: readonly T[]
  /** What asks for the next page; absent on the last. */
  readonly nextMarker?: string
}

/**
 * Cuts a sorted list into pages. The marker holds the key of the last item seen, so that items made or deleted between
 * two calls neither repeat nor hide others.
 *
 * @param items the whole list
 * @param keyOf a key that rises along the list
 * @param marker `nextMarker` of the page before; absent for the first page
 * @param maxItems the most items of a page
 * @returns the page, or undefined when the marker is none of ours
 */
export function paginate<T>(
  items: readonly T[],
  keyOf: (item: T) => string,
  marker: string | undefined,
  maxItems: number,
): Page<T> | undefined {
  const after = marker === undefined ? undefined : readMarker(marker)
  if (marker !== undefined && after === undefined) return undefined
  const found = after === undefined ? 0 : items.findIndex((item) => isBehind(keyOf(item), after))
  const start = found === -1 ? items.length : found
  const page = items.slice(start, start + maxItems)
  const last = page.at(-1)
  const more = last !== undefined && start + page.length < items.length
  return { items: page, ...(more ? { nextMarker: createMarker(keyOf(last)) } : {}) }
}

/** guess: the text for a marker that no page gave. */
export const invalidMarker = 'Invalid Marker.'

const markerPrefix = 'after:'

/** The order of the store: without regard to case first, as IAM's names are. */
function isBehind(key: string, after: string): boolean {
  const [a, b] = [key.toLowerCase(), after.toLowerCase()]
  return a === b ? key > after : a > b
}

function createMarker(key: string): string {
  return Buffer.from(markerPrefix + key).toString('base64url')
}

function readMarker(marker: string): string | undefined {
  const text = Buffer.from(marker, 'base64url').toString()
  return text.startsWith(markerPrefix) ? text.slice(markerPrefix.length) : undefined
}
