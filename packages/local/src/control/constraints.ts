/** The limits of one input member, as AWS's service models state them. */
export interface Constraint {
  readonly required?: true
  /** Length of a string, value of an integer, or number of a list's items or a map's entries. */
  readonly min?: number
  readonly max?: number
  /** Must match the whole value. */
  readonly pattern?: string
  readonly values?: readonly string[]
  /** Limits of each item of a list. */
  readonly item?: Constraint
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
  const broken = [...brokenLimits(value, constraint), ...brokenItems(value, constraint.item)]
  return broken.map((rule) => `Value '${show(value)}' at '${name}' failed to satisfy constraint: ${rule}`)
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

function brokenLimits(value: unknown, { min, max, pattern, values }: Constraint): string[] {
  const [measure, size] = measureOf(value)
  const broken: string[] = []
  if (max !== undefined && size > max) broken.push(`Member must have ${measure} less than or equal to ${max}`)
  if (min !== undefined && size < min)
    broken.push(`Member must have ${measure} greater than or equal to ${min}`)
  // A value beyond its length is not matched: the pattern never sees more than the limit.
  const fits = max === undefined || size <= max
  if (pattern !== undefined && fits && !matches(String(value), pattern)) {
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

function brokenItems(value: unknown, item: Constraint | undefined): string[] {
  if (item === undefined || !Array.isArray(value)) return []
  if (value.every((one) => brokenLimits(one, item).length === 0)) return []
  const rules = [
    ...(item.max === undefined ? [] : [`Member must have length less than or equal to ${item.max}`]),
    ...(item.min === undefined ? [] : [`Member must have length greater than or equal to ${item.min}`]),
    ...(item.pattern === undefined
      ? []
      : [`Member must satisfy regular expression pattern: ${item.pattern}`]),
    ...(item.values === undefined ? [] : [`Member must satisfy enum value set: [${item.values.join(', ')}]`]),
  ]
  return [`Member must satisfy constraint: [${rules.join(', ')}]`]
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

/** Lists as Java prints them; the entries of maps may be secrets, so only their names are shown. */
function show(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(String).join(', ')}]`
  if (typeof value === 'object' && value !== null) return `{${Object.keys(value).join(', ')}}`
  return String(value)
}
