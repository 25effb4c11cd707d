import type { RequestContext } from '@furlong/iam'

import { ControlError } from '../../control-error.ts'
import type { QueryMember } from '../../query/operation.ts'

/** One condition key of a simulation. */
export interface ContextEntry {
  readonly ContextKeyName: string
  readonly ContextKeyValues: readonly string[]
  readonly ContextKeyType: string
}

const number = /^[+-]?\d+(?:\.\d+)?$/
const date = /^(?:\d{4}(?:-\d{2}(?:-\d{2}(?:T[\d:.]+(?:Z|[+-]\d{2}:?\d{2})?)?)?)?|\d+)$/i
const address = /^(?:[\d.]+|[\da-f:.]*:[\da-f:.]*)(?:\/\d{1,3})?$/i
const base64 = /^[A-Za-z\d+/]*={0,2}$/

/** The types of values; each has a list form. */
const valuePatterns: Readonly<Record<string, RegExp>> = {
  string: /^/,
  numeric: number,
  boolean: /^(?:true|false)$/i,
  ip: address,
  binary: base64,
  date,
}

const types: readonly string[] = Object.keys(valuePatterns).flatMap((type) => [type, `${type}List`])

/** ContextEntries. */
export const contextEntries: QueryMember = {
  type: 'list',
  fields: {
    ContextKeyName: { type: 'string', required: true, min: 5, max: 256 },
    ContextKeyValues: { type: 'list', required: true },
    ContextKeyType: { type: 'string', required: true, values: types },
  },
}

/** guess: the words for values that do not fit their type. */
const refusals = {
  many: (name: string, type: string) => `Context key ${name} of type ${type} takes one value.`,
  malformed: (name: string, type: string, value: string) =>
    `Context key ${name}: ${value} is not a valid value of type ${type}.`,
} as const

/**
 * Reads the condition keys of a simulation.
 *
 * @param entries as they came
 * @returns names in lower case; a list type gives a multivalued key
 * @throws {ControlError} InvalidInput for values that do not fit their type
 */
export function readContextEntries(entries: readonly ContextEntry[] = []): RequestContext {
  return Object.fromEntries(entries.map((entry) => [entry.ContextKeyName.toLowerCase(), readValue(entry)]))
}

function readValue({ ContextKeyName: name, ContextKeyValues: values, ContextKeyType: type }: ContextEntry) {
  const pattern = valuePatterns[type.replace(/List$/, '')]
  const wrong = values.find((value) => pattern?.test(value) !== true)
  if (wrong !== undefined) throw new ControlError('InvalidInput', refusals.malformed(name, type, wrong))
  if (type.endsWith('List')) return values
  const [value] = values
  if (value !== undefined && values.length === 1) return value
  throw new ControlError('InvalidInput', refusals.many(name, type))
}
