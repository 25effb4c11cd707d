import type { OperatorRow } from './condition-operators.ts'
import { conditionOperators } from './condition-operators.ts'
import type { RequestContext } from './request-context.ts'
import { readLiteral } from './glob.ts'
import type { Condition } from './policy.ts'
import { isDynamic, readPieces, resolvePieces } from './variables.ts'

/** A condition with its values prepared. */
export interface CompiledCondition {
  readonly source: Condition
  /** Lower-cased. */
  readonly key: string
  readonly holds: (context: RequestContext) => boolean
}

/**
 * Prepares one condition.
 *
 * @param condition one operator with one key, checked by `parsePolicy()`
 * @param expand `false` for version 2008-10-17, where variables are literal text
 * @returns the prepared condition
 */
export function compileCondition(condition: Condition, expand: boolean): CompiledCondition {
  const key = condition.key.toLowerCase()
  const row = conditionOperators[condition.operator]
  const holds = row === undefined ? createNullTest(condition, key) : createTest(condition, key, row, expand)
  return { source: condition, key, holds }
}

/**
 * Reads a key of a request as a list.
 *
 * @param context the request's condition keys
 * @param key lower-cased
 * @returns the values; `undefined` when the key is absent or an empty list
 */
export function readValues(context: RequestContext, key: string): readonly string[] | undefined {
  const value = context[key]
  if (value === undefined) return undefined
  if (typeof value === 'string') return [value]
  return value.length === 0 ? undefined : value
}

function createNullTest(condition: Condition, key: string): (context: RequestContext) => boolean {
  const mayBeAbsent = condition.values.some((value) => value.toLowerCase() === 'true')
  const mayBePresent = condition.values.some((value) => value.toLowerCase() === 'false')
  return (context) => (readValues(context, key) === undefined ? mayBeAbsent : mayBePresent)
}

function createTest(
  condition: Condition,
  key: string,
  row: OperatorRow,
  expand: boolean,
): (context: RequestContext) => boolean {
  const tests = condition.values.map((value) => prepareValue(value, row, expand))
  const matches = (value: string, context: RequestContext): boolean =>
    tests.some((test) => test(value, context)) !== row.negated
  const quantifier = quantifiers[condition.quantifier ?? 'none']
  const whenAbsent = condition.ifExists || quantifier.whenAbsent(row.negated)
  return (context) => {
    const value = context[key]
    if (value === undefined || value.length === 0) {
      // An empty string is a value; an empty list is none.
      if (value !== '') return whenAbsent
    }
    return quantifier.holds(value, (one) => matches(one, context))
  }
}

interface Quantifier {
  readonly whenAbsent: (negated: boolean) => boolean
  readonly holds: (value: string | readonly string[], matches: (one: string) => boolean) => boolean
}

/** guess: AWS does not define a list under an operator without `ForAnyValue` or `ForAllValues`; here it never holds. */
const listHoldsWithoutQuantifier: boolean = false

const quantifiers: Readonly<Record<'none' | 'ForAllValues' | 'ForAnyValue', Quantifier>> = {
  none: {
    whenAbsent: (negated) => negated,
    holds: (value, matches) => (typeof value === 'string' ? matches(value) : listHoldsWithoutQuantifier),
  },
  ForAllValues: {
    whenAbsent: () => true,
    holds: (value, matches) => (typeof value === 'string' ? matches(value) : value.every(matches)),
  },
  ForAnyValue: {
    whenAbsent: () => false,
    holds: (value, matches) => (typeof value === 'string' ? matches(value) : value.some(matches)),
  },
}

function prepareValue(
  text: string,
  row: OperatorRow,
  expand: boolean,
): (value: string, context: RequestContext) => boolean {
  if (row.reading === undefined) return row.prepare(readLiteral(text))
  const pieces = readPieces(text, row.reading, expand)
  if (!isDynamic(pieces)) return row.prepare(pieces.flat() as number[])
  return (value, context) => {
    const codes = resolvePieces(pieces, context)
    return codes !== undefined && row.prepare(codes)(value)
  }
}
