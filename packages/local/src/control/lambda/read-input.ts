import { createValidationMessage, findViolations } from '../constraints.ts'
import { ControlError } from '../control-error.ts'
import { invalidParameterError } from './errors.ts'
import type { LambdaOperation, Member } from './operation.ts'
import { findTypeMismatch } from './type-mismatch.ts'

/** Where the members of a call stand. */
export interface InputSources {
  readonly uri: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  /** The first value of a header; names in lower case. */
  readonly header: (name: string) => string | undefined
  readonly body: Uint8Array
}

type Values = Record<string, unknown>

/** guess: the texts of SerializationException; Lambda hands out its parser's own complaints there. */
const serializationTexts = {
  body: 'Could not parse request body into json: it is not a JSON object',
  integer: (name: string) => `${name} is no integer`,
} as const

/**
 * Reads and checks the input of an operation.
 *
 * @param operation its members
 * @param sources where they stand
 * @returns the members that are present
 * @throws {ControlError} SerializationException, ValidationException, or InvalidParameterValueException for a member that is not served
 */
export function readInput(operation: LambdaOperation, sources: InputSources): Values {
  const { members } = operation
  const hasBody = Object.values(members).some(({ from, type }) => from === undefined && type !== 'blob')
  const input = hasBody ? readBody(sources.body) : {}
  for (const [name, member] of Object.entries(members)) {
    const value = readOutside(name, member, sources)
    if (value !== undefined) input[name] = value
  }
  refuseUnserved(operation.name, members, input, '')
  checkTypes(members, input)
  const violations = findAllViolations(members, input, '')
  if (violations.length > 0)
    throw new ControlError('ValidationException', createValidationMessage(violations))
  return input
}

function readBody(body: Uint8Array): Values {
  if (body.length === 0) return {}
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
    if (isRecord(value)) return { ...value }
  } catch {
    // Fall through: whatever is no JSON object is refused alike.
  }
  throw new ControlError('SerializationException', serializationTexts.body)
}

function readOutside(name: string, { from, type, wireName = name }: Member, sources: InputSources): unknown {
  if (from === undefined) return undefined
  if (from === 'uri') return sources.uri[wireName]
  if (from === 'query' && type === 'list') {
    const items = sources.query.getAll(wireName)
    return items.length === 0 ? undefined : items
  }
  const text = from === 'query' ? (sources.query.get(wireName) ?? undefined) : sources.header(wireName)
  if (type !== 'integer' || text === undefined) return text
  if (/^-?\d{1,9}$/.test(text)) return Number(text)
  throw new ControlError('SerializationException', serializationTexts.integer(name))
}

/** What would be ignored is refused: a caller must be able to trust that what was taken is done. */
function refuseUnserved(
  operation: string,
  members: Readonly<Record<string, Member>>,
  input: Values,
  path: string,
): void {
  for (const [name, value] of Object.entries(input)) {
    const member = Object.hasOwn(members, name) ? members[name] : undefined
    const isRefused = member === undefined || (member.isNeutral !== undefined && !member.isNeutral(value))
    if (isRefused && value !== null) {
      throw invalidParameterError(`furlong does not serve the member ${path}${name} of ${operation}.`)
    }
    if (member?.members !== undefined && isRecord(value)) {
      refuseUnserved(operation, member.members, value, `${path}${name}.`)
    }
  }
}

function checkTypes(members: Readonly<Record<string, Member>>, input: Values): void {
  for (const [name, member] of Object.entries(members)) {
    const value = input[name]
    // A neutral value of a member that is not served, and JSON null, mean that the member is absent.
    if (value === null || value === undefined || member.isNeutral !== undefined) {
      delete input[name]
      continue
    }
    const mismatch = findTypeMismatch(value, member.type)
    if (mismatch !== undefined) throw new ControlError('SerializationException', mismatch)
    if (member.members !== undefined) {
      const nested = { ...(value as Values) }
      checkTypes(member.members, nested)
      input[name] = nested
    }
  }
}

function findAllViolations(members: Readonly<Record<string, Member>>, input: Values, path: string): string[] {
  return Object.entries(members).flatMap(([name, member]) => {
    const shown = path + name.charAt(0).toLowerCase() + name.slice(1)
    const value = input[name]
    const nested =
      member.members !== undefined && isRecord(value)
        ? findAllViolations(member.members, value, `${shown}.`)
        : []
    return [...findViolations(shown, value, member), ...nested]
  })
}

function isRecord(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
