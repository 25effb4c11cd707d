import type { OperatorRow } from './condition-operators.ts'
import { conditionOperators } from './condition-operators.ts'
import type { RequestContext } from './request-context.ts'
import type { Condition } from './policy.ts'
import { isStatic, readPieces, resolvePieces } from './variables.ts'

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
  const { negated } = row
  const matches = (value: string, context: RequestContext): boolean => {
    for (const test of tests) if (test(value, context)) return !negated
    return negated
  }
  const quantifier = quantifiers[condition.quantifier ?? 'none']
  const whenAbsent = condition.ifExists || quantifier.whenAbsent(negated)
  return (context) => {
    const value = context[key]
    if (typeof value === 'string') return matches(value, context)
    // An empty list is no value.
    if (value === undefined || value.length === 0) return whenAbsent
    return quantifier.holdsForList(value, (one) => matches(one, context))
  }
}

/** What a set operator makes of a key; of a single value it makes nothing. */
interface Quantifier {
  readonly whenAbsent: (negated: boolean) => boolean
  readonly holdsForList: (values: readonly string[], matches: (one: string) => boolean) => boolean
}

/** guess: AWS does not define a list under an operator without `ForAnyValue` or `ForAllValues`; here it never holds. */
const listHoldsWithoutQuantifier: boolean = false

const quantifiers: Readonly<Record<'none' | 'ForAllValues' | 'ForAnyValue', Quantifier>> = {
  none: { whenAbsent: (negated) => negated, holdsForList: () => listHoldsWithoutQuantifier },
  ForAllValues: { whenAbsent: () => true, holdsForList: (values, matches) => values.every(matches) },
  ForAnyValue: { whenAbsent: () => false, holdsForList: (values, matches) => values.some(matches) },
}

function prepareValue(
  text: string,
  row: OperatorRow,
  expand: boolean,
): (value: string, context: RequestContext) => boolean {
  if (row.reading === undefined) return row.prepare([text])
  const pieces = readPieces(text, row.reading, expand)
  if (isStatic(pieces)) return row.prepare(pieces)
  return (value, context) => {
    const tokens = resolvePieces(pieces, context)
    return tokens !== undefined && row.prepare(tokens)(value)
  }
}
