import type { AuthorizationFields } from './authorization-fields.ts'
import {
  type HeaderName,
  readHeaderName as readAnyHeaderName,
  readMethod as readAnyMethod,
} from './header-name.ts'

// Ways past work that mostly changes nothing. They pay off in Node, on every request of a busy server; a browser
// signs a few requests and is better served by less code, so here nothing is skipped. See `shortcuts.node.ts`.

/** @returns false: nothing is known to be canonical before it was made so */
export const isCanonicalQuery = (_query: string): boolean => false

/** @returns false */
export const isEncoded = (_text: string): boolean => false

/** @returns false */
export const isCanonicalPath = (_path: string): boolean => false

/** @returns false */
export const isCanonicalValue = (_value: string): boolean => false

/** @returns undefined: every Authorization header is read in full */
export const readPlainAuthorization = (_value: string): AuthorizationFields | undefined => undefined

/** Lower-cases a header name. */
export const lowerCase = (name: string): string => name.toLowerCase()

/** Reads a header name. */
export const readHeaderName: (name: string) => HeaderName = readAnyHeaderName

/** Reads a method. */
export const readMethod: (method: string) => string = readAnyMethod
