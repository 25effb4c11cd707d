import { PolicyError } from './policy-error.ts'
import type { PolicyFault } from './policy-error.ts'
import type { PolicyKind } from './policy.ts'

/** An object of a document, unchecked. */
export type JsonObject = Readonly<Record<string, unknown>>

/** Reads the values of one document, and refuses them in the words of its kind. */
export interface PolicyReader {
  readonly kind: PolicyKind
  /** Says that a document breaks a rule. */
  readonly fail: (fault: PolicyFault) => PolicyError
}

/**
 * Makes a reader.
 *
 * @param kind where the policy will stand
 * @returns the reader
 */
export function createPolicyReader(kind: PolicyKind): PolicyReader {
  return { kind, fail: (fault) => new PolicyError(kind, fault) }
}

/**
 * Reads an object.
 *
 * @param reader of the document
 * @param value what stands there
 * @param path where
 * @param known the names it may hold; any when absent
 * @returns the object
 * @throws {PolicyError} when it is none, or holds another name
 */
export function readObject(
  reader: PolicyReader,
  value: unknown,
  path: string,
  known?: ReadonlySet<string>,
): JsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw reader.fail({ path, value, rule: 'must be an object' })
  }
  if (known === undefined) return value as JsonObject
  for (const name of Object.keys(value)) {
    if (known.has(name)) continue
    const rule = `is not an element of the policy language (${[...known].join(', ')})`
    throw reader.fail({ path: path === '' ? name : `${path}.${name}`, rule })
  }
  return value as JsonObject
}

/**
 * Reads a string or a list of strings.
 *
 * @param reader of the document
 * @param value what stands there
 * @param path where
 * @param malformation of AWS's sentence for an empty list
 * @returns the strings, at least one
 * @throws {PolicyError} when it is something else
 */
export function readStrings(
  reader: PolicyReader,
  value: unknown,
  path: string,
  malformation?: PolicyFault['malformation'],
): readonly string[] {
  if (typeof value === 'string') return [value]
  if (!Array.isArray(value)) throw reader.fail({ path, value, rule: 'must be a string' })
  const list: unknown[] = value
  if (list.length === 0) {
    throw reader.fail({ path, value, rule: 'must not be empty', ...(malformation && { malformation }) })
  }
  for (let index = 0; index < list.length; index++) {
    if (typeof list[index] === 'string') continue
    throw reader.fail({ path: `${path}[${index}]`, value: list[index], rule: 'must be a string' })
  }
  return list as string[]
}
