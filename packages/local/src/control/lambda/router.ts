/** A row that is found by method and path. */
export interface Route {
  readonly method: string
  /** Segments in braces match one segment of a request. */
  readonly path: string
}

/** A row with the members its path holds. */
export interface RouteMatch<Row> {
  readonly row: Row
  readonly uri: Readonly<Record<string, string>>
}

/**
 * Finds the row of a request. A member of the path may hold an encoded slash or colon; a trailing slash is taken, as
 * some clients send one.
 *
 * @param rows the table
 * @param method of the request
 * @param path of the request, still encoded, without the query
 * @returns the row and its path members, decoded; undefined when none matches
 */
export function findRoute<Row extends Route>(
  rows: readonly Row[],
  method: string,
  path: string,
): RouteMatch<Row> | undefined {
  const segments = path.replace(/\/$/, '').split('/')
  for (const row of rows) {
    const uri = row.method === method ? matchPath(row.path, segments) : undefined
    if (uri !== undefined) return { row, uri }
  }
  return undefined
}

function matchPath(template: string, segments: readonly string[]): Record<string, string> | undefined {
  const parts = template.replace(/\/$/, '').split('/')
  if (parts.length !== segments.length) return undefined
  const uri: Record<string, string> = {}
  for (const [index, part] of parts.entries()) {
    const segment = segments[index] ?? ''
    if (!part.startsWith('{')) {
      if (part !== segment) return undefined
    } else {
      const value = decode(segment)
      if (value === undefined || value === '') return undefined
      uri[part.slice(1, -1)] = value
    }
  }
  return uri
}

function decode(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment)
  } catch {
    return undefined
  }
}
