/** The limits of one input member, as AWS's service models state them. */
export interface Constraint {
  readonly required?: true
  /** Length of a string, value of an integer, or number of a list's items or a map's entries. */
  readonly min?: number
  readonly max?: number
  /** Must match the whole value. */
  readonly pattern?: string
  readonly values?: readonly string[]
  /** Limits of each item of a list, or of each value of a map. */
  readonly item?: Constraint
  /** Limits of each key of a map. */
  readonly key?: Constraint
  /** Written as Java writes a double: `1.0`. */
  readonly decimal?: true
}

/**
 * Says which limits a value breaks, in AWS's words.
 *
 * @param name the member as AWS's texts name it, such as `cors.maxAge`
 * @param value undefined when the member is absent
 * @param constraint its limits
 * @returns half-sentences for {@link createValidationMessage}, none when all is well
 */
export function findViolations(name: string, value: unknown, constraint: Constraint): string[] {
  if (value === undefined || value === null) {
    return constraint.required === true
      ? [`Value null at '${name}' failed to satisfy constraint: Member must not be null`]
      : []
  }
  const broken = [...brokenLimits(value, constraint), ...brokenParts(value, constraint)]
  return broken.map(
    (rule) => `Value '${show(value, constraint)}' at '${name}' failed to satisfy constraint: ${rule}`,
  )
}

/**
 * Writes the message of a ValidationException.
 *
 * @param violations at least one half-sentence of {@link findViolations}
 * @returns such as `1 validation error detected: Value '…' at 'qualifier' failed to satisfy constraint: …`
 */
export function createValidationMessage(violations: readonly string[]): string {
  const count = violations.length
  return `${count} validation error${count === 1 ? '' : 's'} detected: ${violations.join('; ')}`
}

/** In characters. Beyond it a value breaks its length anyway, and no pattern is made to read it. */
const longestMatched = 4096

function brokenLimits(value: unknown, { min, max, pattern, values }: Constraint): string[] {
  const [measure, size] = measureOf(value)
  const broken: string[] = []
  if (max !== undefined && size > max) broken.push(`Member must have ${measure} less than or equal to ${max}`)
  if (min !== undefined && size < min)
    broken.push(`Member must have ${measure} greater than or equal to ${min}`)
  if (pattern !== undefined && size <= longestMatched && !matches(String(value), pattern)) {
    broken.push(`Member must satisfy regular expression pattern: ${pattern}`)
  }
  if (values !== undefined && !values.includes(String(value))) {
    broken.push(`Member must satisfy enum value set: [${values.join(', ')}]`)
  }
  return broken
}

function measureOf(value: unknown): readonly [measure: string, size: number] {
  if (typeof value === 'number') return ['value', value]
  if (typeof value === 'object' && value !== null) return ['length', Object.keys(value).length]
  return ['length', String(value).length]
}

/** One row for each part of a value that has limits of its own: what Lambda calls it, and which parts there are. */
const parts: readonly (readonly [
  subject: string,
  limitOf: (constraint: Constraint) => Constraint | undefined,
  read: (value: object) => readonly unknown[],
])[] = [
  ['Member', ({ key, item }) => (key === undefined ? item : undefined), (value) => Object.values(value)],
  ['Map keys', ({ key }) => key, (value) => Object.keys(value)],
  ['Map value', ({ key, item }) => (key === undefined ? undefined : item), (value) => Object.values(value)],
]

function brokenParts(value: unknown, constraint: Constraint): string[] {
  if (typeof value !== 'object' || value === null) return []
  return parts.flatMap(([subject, limitOf, read]) => {
    const limit = limitOf(constraint)
    if (limit === undefined || read(value).every((part) => brokenLimits(part, limit).length === 0)) return []
    return [`${subject} must satisfy constraint: [${rulesOf(limit).join(', ')}]`]
  })
}

function rulesOf({ required, min, max, pattern, values, decimal }: Constraint): string[] {
  const measure = decimal === true ? 'value' : 'length'
  const limit = (bound: number): string => (decimal === true ? showDecimal(bound) : String(bound))
  return [
    ...(max === undefined ? [] : [`Member must have ${measure} less than or equal to ${limit(max)}`]),
    ...(min === undefined ? [] : [`Member must have ${measure} greater than or equal to ${limit(min)}`]),
    ...(pattern === undefined ? [] : [`Member must satisfy regular expression pattern: ${pattern}`]),
    ...(values === undefined ? [] : [`Member must satisfy enum value set: [${values.join(', ')}]`]),
    ...(required === true ? ['Member must not be null'] : []),
  ]
}

const compiled = new Map<string, RegExp>()

function matches(value: string, pattern: string): boolean {
  let expression = compiled.get(pattern)
  if (expression === undefined) {
    // AWS's patterns are Java's: without the u flag a class such as [a-z-_] means the same here.
    // Classes of Unicode are the exception: they mean nothing without it.
    expression = new RegExp(`^(?:${pattern})$`, pattern.includes('\\p{') ? 'u' : '')
    compiled.set(pattern, expression)
  }
  return expression.test(value)
}

/** Lists and maps as Java prints them; texts in a map may be secrets, so only their names are shown. */
function show(value: unknown, { item }: Constraint): string {
  if (Array.isArray(value)) return `[${value.map(String).join(', ')}]`
  if (typeof value !== 'object' || value === null) return String(value)
  const entries = Object.entries(value).map(([name, one]) =>
    item?.decimal === true ? `${name}=${showDecimal(Number(one))}` : name,
  )
  return `{${entries.join(', ')}}`
}

function showDecimal(value: number): string {
  return Number.isInteger(value) ? value.toFixed(1) : String(value)
}
