import { createCanonicalPath } from './canonical-path.ts'
import { listNearNumbers } from './near-numbers.ts'
import type { Attempt, Situation } from './situation.ts'

/** More segments than these are not varied one by one. */
const mostSegments = 30

/** Assumes that the path was encoded once only. */
export function* attemptPathOnce({ context, parts }: Situation): Iterable<Attempt> {
  yield* attemptOther(parts.path, createCanonicalPath(context.path, { encodeTwice: false, normalize: true }))
  yield* attemptOther(parts.path, createCanonicalPath(context.path, { encodeTwice: false, normalize: false }))
  yield* attemptOther(parts.path, context.path)
}

/** Assumes that empty and dot segments were kept. */
export function* attemptRawPath({ context, parts }: Situation): Iterable<Attempt> {
  yield* attemptOther(parts.path, createCanonicalPath(context.path, { encodeTwice: true, normalize: false }))
}

/** Assumes that the path was decoded and not encoded again. */
export function* attemptDecodedPath({ context, parts }: Situation): Iterable<Attempt> {
  yield* attemptOther(parts.path, decode(context.path))
}

/** Assumes that a slash at the end was added or lost. */
export function* attemptTrailingSlash({ parts }: Situation): Iterable<Attempt> {
  const { path } = parts
  const other = path.endsWith('/') ? path.slice(0, -1) : path + '/'
  yield {
    parts: { path: other === '' ? '/' : other },
    detail: 'the path with its last slash added or removed',
  }
}

/** Assumes that one segment was another number near by. */
export function* attemptNearPaths({ parts }: Situation): Iterable<Attempt> {
  const segments = parts.path.split('/').slice(0, mostSegments)
  for (const [index, segment] of segments.entries()) {
    for (const near of listNearNumbers(segment)) {
      const path = segments.with(index, near).join('/')
      yield { parts: { path }, detail: `\`${path}\`` }
    }
  }
}

function* attemptOther(path: string, other: string): Iterable<Attempt> {
  if (other !== path) yield { parts: { path: other } }
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}
