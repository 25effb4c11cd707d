import type { NumberLimit } from './limits.ts'

/** What is wrong with one member. */
export interface Problem {
  /** Such as `url.cors.allowOrigins[0]`. */
  readonly path: string
  /** Of the member, such as `is 901: 1 to 900 seconds are allowed`. */
  readonly says: string
}

/** Looks at one value and says all that is wrong with it. */
export type Check = (value: unknown, path: string) => readonly Problem[]

/** Checks a text. */
export function text(
  options: { readonly max?: number; readonly pattern?: RegExp; readonly wanted?: string } = {},
): Check {
  const { max = Infinity, pattern, wanted = 'a text' } = options
  return (value, path) => {
    if (typeof value !== 'string' || value === '') return wrong(path, value, `${wanted} is wanted`)
    if (value.length > max) {
      return [{ path, says: `has ${value.length} characters: at most ${max} are allowed` }]
    }
    if (pattern?.test(value) === false) return wrong(path, value, `${wanted} is wanted`)
    return []
  }
}

/** Checks a text that may be empty and may be a secret: an error names its type alone. */
export const anyText: Check = (value, path) => {
  const type = value === null ? 'null' : typeof value
  return type === 'string' ? [] : [{ path, says: `is ${type}: a text is wanted` }]
}

/** Checks a whole number. */
export function integer({ min, max, unit }: NumberLimit): Check {
  return (value, path) =>
    Number.isInteger(value) && Number(value) >= min && Number(value) <= max
      ? []
      : wrong(path, value, `a whole number of ${unit} from ${min} to ${max} is wanted`)
}

/** Checks a word of a few. */
export function oneOf(...words: readonly unknown[]): Check {
  return (value, path) =>
    words.includes(value) ? [] : wrong(path, value, `one of ${words.map(show).join(', ')} is wanted`)
}

/** Checks each item of a list. */
export function list(item: Check, max: number = Infinity): Check {
  return (value, path) => {
    if (!Array.isArray(value)) return wrong(path, value, 'a list is wanted')
    if (value.length > max) return [{ path, says: `has ${value.length} items: at most ${max} are allowed` }]
    return value.flatMap((one, index) => item(one, `${path}[${index}]`))
  }
}

/** Checks each name and value of an object that may have any names. */
export function record(name: Check, item: Check): Check {
  return (value, path) => {
    if (!isObject(value)) return wrong(path, value, 'an object is wanted')
    return Object.entries(value).flatMap(([key, one]) => [
      ...name(key, `${path}: the name '${key}'`),
      ...item(one, `${path}.${key}`),
    ])
  }
}

/** Checks an object whose members are known; each may be left out unless it is required. */
export function object(members: Readonly<Record<string, Check>>, required: readonly string[] = []): Check {
  const known = Object.keys(members)
  return (value, path) => {
    if (!isObject(value)) return wrong(path, value, 'an object is wanted')
    const at = (name: string): string => (path === '' ? name : `${path}.${name}`)
    return [
      ...required
        .filter((name) => value[name] === undefined)
        .map((name) => ({ path: at(name), says: 'is missing' })),
      ...Object.entries(value).flatMap(([name, one]) => {
        const check = Object.hasOwn(members, name) ? members[name] : undefined
        if (check === undefined) return [{ path: at(name), says: `is not known: ${known.join(', ')} are` }]
        return one === undefined ? [] : check(one, at(name))
      }),
    ]
  }
}

/** Tells an object from everything else that has the type `object`. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function wrong(path: string, value: unknown, wanted: string): Problem[] {
  return [{ path, says: `is ${show(value)}: ${wanted}` }]
}

const maxShownLength = 80

/** A value as JSON, cut; a function or nothing by its type. */
function show(value: unknown): string {
  const json = JSON.stringify(value) ?? typeof value
  return json.length > maxShownLength ? `${json.slice(0, maxShownLength)}…` : json
}
