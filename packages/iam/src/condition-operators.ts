import { createArnPattern, matchesArn } from './arn-match.ts'
import type { Token } from './glob.ts'
import { createGlob, matchesGlob } from './glob.ts'
import { isInIpRange, parseIpAddress, parseIpRange } from './ip-range.ts'
import type { Reading } from './variables.ts'

/** Compares one value of a request with one value of a policy. */
export type ValueTest = (requested: string) => boolean

/** Everything about one condition operator. */
export interface OperatorRow {
  /** A negated operator holds when no value of the policy matches, and when the key is absent. */
  readonly negated: boolean
  /** How `*` and `?` of the policy's value are read; absent when variables have no meaning here. */
  readonly reading?: Reading
  /** Prepares one value of the policy. A value that makes no sense never matches. */
  readonly prepare: (tokens: readonly Token[]) => ValueTest
}

/**
 * The condition operators but `Null`, which tests presence and no value.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
 */
export const conditionOperators: Readonly<Record<string, OperatorRow>> = {
  ...pair('StringEquals', 'StringNotEquals', 'literal', (tokens) => {
    const wanted = textOf(tokens)
    return (requested) => requested === wanted
  }),
  ...pair('StringEqualsIgnoreCase', 'StringNotEqualsIgnoreCase', 'literal', (tokens) => {
    const wanted = textOf(tokens).toLowerCase()
    return (requested) => requested.toLowerCase() === wanted
  }),
  ...pair('StringLike', 'StringNotLike', 'wildcards', (tokens) => {
    const glob = createGlob(tokens)
    return (requested) => matchesGlob(glob, requested)
  }),
  ...pair('ArnEquals', 'ArnNotEquals', 'wildcards', prepareArn),
  ...pair('ArnLike', 'ArnNotLike', 'wildcards', prepareArn),
  ...pair('IpAddress', 'NotIpAddress', undefined, (tokens) => {
    const range = parseIpRange(textOf(tokens))
    return (requested) => {
      const address = parseIpAddress(requested)
      return range !== undefined && address !== undefined && isInIpRange(range, address)
    }
  }),
  ...ordered('Numeric', parseNumber),
  ...ordered('Date', parseDate),
  Bool: {
    negated: false,
    prepare: (tokens) => {
      const wanted = textOf(tokens).toLowerCase()
      return (requested) => (wanted === 'true' || wanted === 'false') && requested.toLowerCase() === wanted
    },
  },
  BinaryEquals: {
    negated: false,
    prepare: (tokens) => {
      const wanted = decodeBase64(textOf(tokens))
      return (requested) => wanted !== undefined && decodeBase64(requested) === wanted
    },
  },
}

/**
 * Reads a date as AWS does: W3C ISO 8601, or seconds since 1970.
 *
 * @param text the value of a policy or of a request
 * @returns milliseconds since 1970, or `undefined`
 */
export function parseDate(text: string): number | undefined {
  const found = isoDate.exec(text)
  if (found === null) {
    const seconds = parseNumber(text)
    return seconds === undefined ? undefined : seconds * 1000
  }
  const [
    ,
    year,
    month = '01',
    day = '01',
    hour = '00',
    minute = '00',
    second = '00',
    fraction = '',
    zone = 'Z',
  ] = found
  const offset = zone.includes(':') || zone.length === 1 ? zone : `${zone.slice(0, 3)}:${zone.slice(3)}`
  const milliseconds = `${fraction}000`.slice(0, 3)
  const time = Date.parse(
    `${year}-${month}-${day}T${hour}:${minute}:${second}.${milliseconds}${offset.toUpperCase()}`,
  )
  // `Date.parse` takes 30 February for 2 March.
  const isDay = Number(day) === new Date(Date.UTC(Number(year), Number(month) - 1, Number(day))).getUTCDate()
  return Number.isNaN(time) || !isDay ? undefined : time
}

/**
 * Four digits alone are a year: as seconds they would lie in the first hours of 1970.
 *
 * guess: a time without a zone, which the W3C's form does not know and IAM takes, is in UTC.
 */
const isoDate =
  /^(\d{4})(?:-(\d{2})(?:-(\d{2})(?:T(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d+))?)?(Z|[+-]\d{2}:?\d{2})?)?)?)?$/i

function parseNumber(text: string): number | undefined {
  return /^[+-]?\d+(?:\.\d+)?$/.test(text) ? Number(text) : undefined
}

function decodeBase64(text: string): string | undefined {
  try {
    return atob(text)
  } catch {
    return undefined
  }
}

function prepareArn(tokens: readonly Token[]): ValueTest {
  const pattern = createArnPattern(tokens)
  return (requested) => matchesArn(pattern, requested)
}

/** Only literal readings come here, so that there is no wildcard. */
function textOf(tokens: readonly Token[]): string {
  return tokens.join('')
}

function pair(
  name: string,
  negatedName: string,
  reading: Reading | undefined,
  prepare: OperatorRow['prepare'],
): Record<string, OperatorRow> {
  const row = reading === undefined ? { prepare } : { prepare, reading }
  return { [name]: { ...row, negated: false }, [negatedName]: { ...row, negated: true } }
}

function ordered(prefix: string, parse: (text: string) => number | undefined): Record<string, OperatorRow> {
  const compare =
    (holds: (requested: number, wanted: number) => boolean): OperatorRow['prepare'] =>
    (tokens) => {
      const wanted = parse(textOf(tokens))
      return (requested) => {
        const value = parse(requested)
        return wanted !== undefined && value !== undefined && holds(value, wanted)
      }
    }
  const row = (holds: (requested: number, wanted: number) => boolean): OperatorRow => ({
    negated: false,
    prepare: compare(holds),
  })
  const equals = compare((requested, wanted) => requested === wanted)
  return {
    ...pair(`${prefix}Equals`, `${prefix}NotEquals`, undefined, equals),
    [`${prefix}LessThan`]: row((requested, wanted) => requested < wanted),
    [`${prefix}LessThanEquals`]: row((requested, wanted) => requested <= wanted),
    [`${prefix}GreaterThan`]: row((requested, wanted) => requested > wanted),
    [`${prefix}GreaterThanEquals`]: row((requested, wanted) => requested >= wanted),
  }
}
