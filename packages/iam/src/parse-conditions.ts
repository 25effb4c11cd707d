import { conditionOperators, parseDate } from './condition-operators.ts'
import type { PolicyFault } from './policy-error.ts'
import type { PolicyReader } from './policy-reading.ts'
import { readObject } from './policy-reading.ts'
import type { Condition } from './policy.ts'

/**
 * Reads a `Condition` element.
 *
 * @param reader of the document
 * @param value what stands there
 * @param path where
 * @returns one entry for each operator and key
 * @throws {PolicyError} for an operator, a key or a value that IAM does not know
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition.html
 */
export function readConditions(reader: PolicyReader, value: unknown, path: string): readonly Condition[] {
  const conditions: Condition[] = []
  const block = readObject(reader, value, path)
  for (const written of Object.keys(block)) {
    const under = `${path}.${written}`
    const named = knownOperators.get(written) ?? readOperator(reader, written, under)
    const keys = readObject(reader, block[written], under)
    for (const key of Object.keys(keys)) {
      const at = `${under}.${key}`
      if (key.indexOf(':') < 1) {
        throw reader.fail({ path: at, rule: 'must be a condition key, such as "aws:SourceIp"' })
      }
      const { operator, quantifier, ifExists } = named
      const values = readConditionValues(reader, keys[key], at, operator)
      conditions.push(
        quantifier === undefined
          ? { operator, ifExists, key, values }
          : { operator, quantifier, ifExists, key, values },
      )
    }
  }
  return conditions
}

type Operator = Pick<Condition, 'operator' | 'quantifier' | 'ifExists'>

/** The plain ones, which nearly all are. */
const knownOperators: ReadonlyMap<string, Operator> = new Map(
  [...Object.keys(conditionOperators), 'Null'].map((operator) => [operator, { operator, ifExists: false }]),
)

function readOperator(reader: PolicyReader, written: string, path: string): Operator {
  const colon = written.indexOf(':')
  const quantifier = colon === -1 ? undefined : written.slice(0, colon)
  const rest = written.slice(colon + 1)
  const ifExists = rest.endsWith('IfExists')
  const operator = ifExists ? rest.slice(0, -'IfExists'.length) : rest
  if (quantifier !== undefined && quantifier !== 'ForAllValues' && quantifier !== 'ForAnyValue') {
    throw reader.fail({ path, rule: 'may be prefixed with ForAllValues: or ForAnyValue: only' })
  }
  if (operator === 'Null') {
    throw reader.fail({ path, rule: 'is not an operator: Null takes no prefix and no IfExists' })
  }
  if (!Object.hasOwn(conditionOperators, operator)) {
    throw reader.fail({ path, rule: 'is not a condition operator' })
  }
  return { operator, ...(quantifier && { quantifier }), ifExists }
}

function readConditionValues(
  reader: PolicyReader,
  value: unknown,
  path: string,
  operator: string,
): readonly string[] {
  const list: unknown[] = Array.isArray(value) ? value : [value]
  const check = valueChecks.get(operator)
  return list.map((item) => {
    if (typeof item !== 'string' && typeof item !== 'boolean' && typeof item !== 'number') {
      throw reader.fail({ path, value: item, rule: 'must be a string, a number or a boolean' })
    }
    const text = typeof item === 'number' ? writeNumber(item) : String(item)
    const fault = check?.(text)
    if (fault !== undefined) throw reader.fail({ path, value: item, ...fault })
    return text
  })
}

type ValueCheck = (value: string) => Pick<PolicyFault, 'rule' | 'malformation'> | undefined

const checkDate: ValueCheck = (value) =>
  parseDate(value) === undefined
    ? { rule: 'must be a date such as "2026-11-22T12:00:00Z", or seconds since 1970', malformation: 'legacy' }
    : undefined

/** The operators whose values IAM looks at. */
const valueChecks: ReadonlyMap<string, ValueCheck> = new Map([
  [
    'Null',
    (value) =>
      /^(?:true|false)$/i.test(value) ? undefined : { rule: 'must be "true" (absent) or "false" (present)' },
  ],
  ...Object.keys(conditionOperators)
    .filter((name) => name.startsWith('Date'))
    .map((name): [string, ValueCheck] => [name, checkDate]),
])

// What JSON reads as 1e21 or 1e-7 is a number like any other, and is compared as digits.
function writeNumber(number: number): string {
  const text = String(number)
  if (!text.includes('e')) return text
  return Number.isInteger(number) ? BigInt(number).toString() : number.toFixed(20).replace(/0+$/, '')
}
