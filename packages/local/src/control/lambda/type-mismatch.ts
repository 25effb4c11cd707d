import type { MemberType } from './operation.ts'

/** What each type holds: a scalar of its own, a list of scalars, or members by name, whose values may be scalars. */
interface TypeShape {
  readonly shape: 'scalar' | 'list' | 'map'
  /** The scalar itself, or that of the items; undefined when they are checked elsewhere. */
  readonly scalar?: Scalar
}

interface Scalar {
  readonly test: (value: unknown) => boolean
  /** As the messages name it. */
  readonly name: string
}

const text: Scalar = { test: (value) => typeof value === 'string', name: 'a String' }
const integer: Scalar = { test: Number.isSafeInteger, name: 'an Integer' }
const decimal: Scalar = { test: (value) => typeof value === 'number', name: 'a Double' }
const truth: Scalar = { test: (value) => typeof value === 'boolean', name: 'a Boolean' }

const shapes: Readonly<Record<MemberType, TypeShape>> = {
  string: { shape: 'scalar', scalar: text },
  blob: { shape: 'scalar', scalar: text },
  integer: { shape: 'scalar', scalar: integer },
  boolean: { shape: 'scalar', scalar: truth },
  list: { shape: 'list', scalar: text },
  map: { shape: 'map', scalar: text },
  numbers: { shape: 'map', scalar: decimal },
  structure: { shape: 'map' },
}

const startOf = {
  list: 'Start of list found where not expected',
  map: 'Start of structure or map found where not expected.',
} as const

/**
 * Says what is wrong with the JSON type of a member.
 *
 * guess: that Lambda words it as other services of the same protocol do; their words were seen.
 *
 * @param value parsed from JSON, neither null nor absent
 * @param type what the member must be
 * @returns the message of a SerializationException, or undefined when nothing is wrong
 */
export function findTypeMismatch(value: unknown, type: MemberType): string | undefined {
  const { shape, scalar } = shapes[type]
  const given = shapeOf(value)
  if (given !== shape) {
    if (given !== 'scalar') return startOf[given]
    return shape === 'list' ? 'Expected list or null' : 'Expected null'
  }
  if (scalar === undefined) return undefined
  const parts = given === 'scalar' ? [value] : Object.values(value as object)
  const wrong = parts.find((part) => !scalar.test(part))
  if (wrong === undefined) return undefined
  const inner = shapeOf(wrong)
  return inner === 'scalar' ? `${tokenOf(wrong)} can not be converted to ${scalar.name}` : startOf[inner]
}

function shapeOf(value: unknown): TypeShape['shape'] {
  if (Array.isArray(value)) return 'list'
  return typeof value === 'object' && value !== null ? 'map' : 'scalar'
}

/** The parser's names of JSON's scalars. */
function tokenOf(value: unknown): string {
  if (typeof value === 'string') return 'STRING_VALUE'
  if (typeof value === 'number') return 'NUMBER_VALUE'
  return `${String(value).toUpperCase()}_VALUE`
}
