import { createValidationMessage, findViolations } from '../constraints.ts'
import { ControlError } from '../control-error.ts'
import type { QueryMember, QueryOperation } from './operation.ts'
import { Parameters } from './parameters.ts'

/**
 * Reads and checks the input of an operation.
 *
 * @param operation its members
 * @param form what was sent
 * @returns the members that are present; lists as arrays, their structures as objects
 * @throws {ControlError} ValidationError, also for a member that is not served
 */
export function readQueryInput(operation: QueryOperation, form: URLSearchParams): Record<string, unknown> {
  const { members } = operation
  const parameters = new Parameters(form)
  const input = readMembers('', members, parameters)
  const unread = parameters.findUnread()
  if (unread !== undefined) {
    throw new ControlError(
      'ValidationError',
      `furlong does not serve the member ${nameOfMember(unread, members)} of ${operation.name}.`,
    )
  }
  const violations = findAllViolations('', members, input)
  if (violations.length > 0) throw new ControlError('ValidationError', createValidationMessage(violations))
  return input
}

/** Of an unknown member its own name says enough; inside a known one the whole place does. */
function nameOfMember(name: string, members: Members): string {
  const [first = ''] = name.split('.')
  return Object.hasOwn(members, first) ? name : first
}

type Members = Readonly<Record<string, QueryMember>>

function readMembers(prefix: string, members: Members, parameters: Parameters): Record<string, unknown> {
  const values: Record<string, unknown> = {}
  for (const [name, member] of Object.entries(members)) {
    const value = readers[member.type](prefix + name, member, parameters)
    if (value !== undefined) values[name] = value
  }
  return values
}

/** AWS names a member in lower camel case, and those of a list by their place: `tags.1.member.key`. */
function findAllViolations(
  prefix: string,
  members: Members,
  values: Readonly<Record<string, unknown>>,
): string[] {
  return Object.entries(members).flatMap(([name, member]) => {
    const shown = prefix + name.charAt(0).toLowerCase() + name.slice(1)
    const value = values[name]
    const { fields } = member
    const inside =
      fields === undefined || !Array.isArray(value)
        ? []
        : value.flatMap((item: Readonly<Record<string, unknown>>, index) =>
            findAllViolations(`${shown}.${index + 1}.member.`, fields, item),
          )
    return [...findViolations(shown, value, member), ...inside]
  })
}

type Reader = (name: string, member: QueryMember, parameters: Parameters) => unknown

const readers: Readonly<Record<QueryMember['type'], Reader>> = {
  string: (name, _, parameters) => parameters.get(name) ?? undefined,
  integer: (name, _, parameters) => {
    const text = parameters.get(name)
    if (text === null) return undefined
    if (/^-?\d{1,9}$/.test(text)) return Number(text)
    throw new ControlError('ValidationError', `${name} must be an integer`)
  },
  boolean: (name, _, parameters) => {
    const text = parameters.get(name)
    if (text === null) return undefined
    if (text === 'true' || text === 'false') return text === 'true'
    throw new ControlError('ValidationError', `${name} must be true or false`)
  },
  list: readList,
}

/** `Tags.member.1.Key=…`; an empty list is the bare name with no value. */
function readList(name: string, { fields }: QueryMember, parameters: Parameters): unknown {
  const isGiven = parameters.get(name) !== null
  const items: unknown[] = []
  for (let index = 1; ; index++) {
    const prefix = `${name}.member.${index}`
    const item = fields === undefined ? parameters.get(prefix) : readStructure(prefix, fields, parameters)
    if (item === null) break
    items.push(item)
  }
  // An empty list that is given is no absent one: `Tags=` unsets, nothing at all leaves out.
  return items.length === 0 && !isGiven ? undefined : items
}

function readStructure(
  prefix: string,
  fields: Members,
  parameters: Parameters,
): Record<string, unknown> | null {
  const item = readMembers(`${prefix}.`, fields, parameters)
  return Object.keys(item).length === 0 ? null : item
}
