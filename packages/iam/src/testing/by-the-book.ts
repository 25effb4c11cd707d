import type { Principal } from '../index.ts'

/** A document as `JSON.parse()` leaves it. */
export interface RawPolicy {
  readonly Version?: string
  readonly Statement: RawStatement | readonly RawStatement[]
}

/** A statement as written. */
export type RawStatement = Readonly<Record<string, unknown>>

/** Everything that one action of one request depends on. */
export interface BookCase {
  readonly principal: Principal
  readonly action: string
  readonly resource: string
  readonly resourceAccount: string
  readonly context: Readonly<Record<string, string | readonly string[]>>
  readonly identity?: readonly RawPolicy[]
  readonly boundary?: RawPolicy
  readonly session?: readonly RawPolicy[]
  readonly resourcePolicy?: RawPolicy
  readonly scps?: readonly (readonly RawPolicy[])[]
}

/**
 * Decides one action the slow way: straight from the documents, rule after rule as they are told to people. It shares
 * nothing with the engine, so that the two can be held against each other.
 *
 * @param it the case
 * @returns the decision
 */
export function decideByTheBook(it: BookCase): 'Allow' | 'ExplicitDeny' | 'ImplicitDeny' {
  const account = 'account' in it.principal ? it.principal.account : undefined
  const own = account === undefined ? [] : [...(it.identity ?? []), ...(it.session ?? [])]
  if (account !== undefined && it.boundary) own.push(it.boundary)
  if (account !== undefined) own.push(...(it.scps ?? []).flat())
  const says = (policies: readonly (RawPolicy | undefined)[], effect: string): boolean =>
    policies.some((policy) => policy && grantsOf(policy, effect, it).length > 0)

  if (says([...own, it.resourcePolicy], 'Deny')) return 'ExplicitDeny'
  const grants = it.resourcePolicy ? grantsOf(it.resourcePolicy, 'Allow', it) : []
  const answer = (yes: boolean): 'Allow' | 'ImplicitDeny' => (yes ? 'Allow' : 'ImplicitDeny')
  if (account === undefined) return answer(grants.length > 0)
  if (it.scps && !it.scps.every((level) => says(level, 'Allow'))) return 'ImplicitDeny'

  const isSame = account === it.resourceAccount
  if (it.principal.type === 'root') return answer(isSame || grants.length > 0)
  const identity = says(it.identity ?? [], 'Allow')
  const boundary = !it.boundary || says([it.boundary], 'Allow')
  const hasSession = (it.session ?? []).length > 0
  const session = hasSession ? says(it.session ?? [], 'Allow') : it.principal.type !== 'federated-user'
  const caps = boundary && session
  if (!isSame) return answer(grants.length > 0 && identity && caps)
  return answer(grants.includes('direct') || (grants.includes('limited') && caps) || (identity && caps))
}

type Grant = 'direct' | 'limited' | 'account'

function grantsOf(policy: RawPolicy, effect: string, it: BookCase): Grant[] {
  const statements = [policy.Statement].flat() as RawStatement[]
  const is2012 = policy.Version === '2012-10-17'
  return statements
    .filter((statement) => statement['Effect'] === effect && applies(statement, it, is2012))
    .flatMap((statement) => {
      if (statement['Principal'] !== undefined) return classify(statement['Principal'], it.principal, effect)
      if (statement['NotPrincipal'] === undefined) return ['direct' as const]
      return isSpared(statement['NotPrincipal'], it) ? [] : ['direct' as const]
    })
}

function applies(statement: RawStatement, it: BookCase, is2012: boolean): boolean {
  const { Action, NotAction, Resource, NotResource, Condition } = statement
  const isAction = (pattern: string): boolean => like(marks(pattern.toLowerCase()), it.action.toLowerCase())
  if (Action !== undefined && !list(Action).some(isAction)) return false
  if (NotAction !== undefined && list(NotAction).some(isAction)) return false
  const isResource = (pattern: string): boolean => covers(pattern, it, is2012)
  if (Resource !== undefined && !list(Resource).some(isResource)) return false
  if (NotResource !== undefined && list(NotResource).some(isResource)) return false
  return Object.entries((Condition ?? {}) as object).every(([operator, keys]) =>
    Object.entries(keys as object).every(([key, values]) => holds(operator, key, list(values), it, is2012)),
  )
}

const list = (value: unknown): string[] => [value].flat().map(String)

function classify(element: unknown, principal: Principal, effect: string): Grant[] {
  const everybody: Grant[] = principal.type === 'service' && effect === 'Allow' ? [] : ['direct']
  if (element === '*') return everybody
  const { AWS, Service } = element as Record<string, unknown>
  const found: Grant[] = []
  for (const name of Service === undefined ? [] : list(Service)) {
    if (principal.type === 'service' && principal.name === name) found.push('direct')
  }
  for (const name of AWS === undefined ? [] : list(AWS)) {
    if (name === '*') found.push(...everybody)
    else found.push(...classifyName(name, principal))
  }
  return found
}

function classifyName(name: string, principal: Principal): Grant[] {
  if (!('account' in principal)) return []
  if (name === principal.account || name === `arn:aws:iam::${principal.account}:root`) return ['account']
  if (principal.type === 'user') return name === principal.arn || name === principal.id ? ['direct'] : []
  if (name === principal.arn) return ['direct']
  if (principal.type === 'role-session') {
    return name === principal.roleArn || name === principal.roleId ? ['limited'] : []
  }
  if (principal.type !== 'federated-user') return []
  return name === principal.userArn || name === principal.userId ? ['limited'] : []
}

function isSpared(element: unknown, { principal, boundary }: BookCase): boolean {
  if (boundary && 'account' in principal) return false
  if (element === '*') return true
  const { AWS = [], Service = [] } = element as Record<string, unknown>
  const names = list(AWS)
  if (names.includes('*')) return true
  if (principal.type === 'service') return list(Service).includes(principal.name)
  if (!('account' in principal)) return false
  const { account } = principal
  const levels: (string | undefined)[][] = [[account, `arn:aws:iam::${account}:root`]]
  if (principal.type === 'user') levels.push([principal.arn, principal.id])
  if (principal.type === 'role-session') levels.push([principal.arn], [principal.roleArn, principal.roleId])
  if (principal.type === 'federated-user') {
    levels.push([principal.arn], [principal.userArn, principal.userId])
  }
  return levels.every((level) => level.some((name) => name !== undefined && names.includes(name)))
}

/** A character of a pattern; `wild` when it stands for others. */
interface Mark {
  readonly text: string
  readonly wild: boolean
}

const literal = (text: string): Mark[] => Array.from(text, (one) => ({ text: one, wild: false }))
const marks = (text: string): Mark[] =>
  Array.from(text, (one) => ({ text: one, wild: one === '*' || one === '?' }))

function like(pattern: readonly Mark[], text: string): boolean {
  const source = pattern.map(({ text: one, wild }) =>
    wild ? (one === '*' ? '.*' : '.') : one.replace(/[\\^$.*+?()[\]{}|/]/, String.raw`\$&`),
  )
  return new RegExp(`^${source.join('')}$`, 'su').test(text)
}

/** Puts in the variables; `undefined` when one has no value. */
function expand(text: string, it: BookCase, is2012: boolean, isPattern: boolean): Mark[] | undefined {
  const plain = isPattern ? marks : literal
  if (!is2012) return plain(text)
  const result: Mark[] = []
  let rest = text
  for (;;) {
    const found = /^(?<before>.*?)\$\{(?<inner>[^}]*)\}/s.exec(rest)
    if (found === null) return [...result, ...plain(rest)]
    const { before = '', inner = '' } = found.groups ?? {}
    const value = '*?$'.includes(inner) && inner.length === 1 ? inner : lookUp(inner, it)
    if (value === undefined) return undefined
    result.push(...plain(before), ...literal(value))
    rest = rest.slice(found[0].length)
  }
}

function lookUp(inner: string, it: BookCase): string | undefined {
  const [name = '', ...defaults] = inner.split(',')
  const value = valueOf(name.trim(), it)
  if (value !== undefined) return typeof value === 'string' ? value : undefined
  return /^\s*'(?<text>.*)'\s*$/s.exec(defaults.join(','))?.groups?.['text']
}

function valueOf(key: string, { context }: BookCase): string | readonly string[] | undefined {
  return Object.entries(context).find(([name]) => name.toLowerCase() === key.toLowerCase())?.[1]
}

const textOf = (pattern: readonly Mark[]): string => pattern.map(({ text }) => text).join('')

function splitMarks(pattern: readonly Mark[]): Mark[][] {
  const parts: Mark[][] = [[]]
  for (const mark of pattern) {
    if (mark.text === ':' && !mark.wild && parts.length < 6) parts.push([])
    else parts.at(-1)?.push(mark)
  }
  return parts
}

function splitText(text: string, count: number): string[] {
  const parts = text.split(':')
  return [...parts.slice(0, count - 1), ...(parts.length >= count ? [parts.slice(count - 1).join(':')] : [])]
}

function likeParts(pattern: readonly Mark[], arn: string): boolean {
  const wanted = splitMarks(pattern)
  const got = splitText(arn, wanted.length)
  return wanted.length === got.length && wanted.every((part, index) => like(part, got[index] ?? ''))
}

function covers(written: string, it: BookCase, is2012: boolean): boolean {
  if (written === '*') return true
  const parts = written.split(':')
  const head = marks(`${parts.slice(0, 5).join(':')}${parts.length > 5 ? ':' : ''}`)
  const tail = parts.length > 5 ? expand(parts.slice(5).join(':'), it, is2012, true) : []
  if (tail === undefined) return false
  const pattern = [...head, ...tail]
  const isWhole = splitMarks(pattern).length === 6
  const last = pattern.at(-1)
  if (!isWhole && !(last?.wild === true && last.text === '*') && textOf(pattern) !== it.resource) return false
  return likeParts(pattern, it.resource)
}

function holds(
  operator: string,
  key: string,
  values: readonly string[],
  it: BookCase,
  is2012: boolean,
): boolean {
  const found =
    /^(?:(?<set>ForA\w+Values?):)?(?<base>\w+?)(?<optional>IfExists)?$/.exec(operator)?.groups ?? {}
  const { set, base = '', optional } = found
  const value = valueOf(key, it)
  const given = value === undefined ? [] : [value].flat()
  if (base === 'Null') return values.some((one) => (one.toLowerCase() === 'true') === (given.length === 0))
  const isNegated = base.includes('Not')
  const positive = base.replace('Not', '')
  const satisfies = (one: string): boolean =>
    values.some((wanted) => compare(positive, wanted, one, it, is2012)) !== isNegated
  if (given.length === 0) {
    if (optional !== undefined || set === 'ForAllValues') return true
    return set === undefined && isNegated
  }
  if (set === 'ForAllValues') return given.every(satisfies)
  if (set === 'ForAnyValue') return given.some(satisfies)
  return typeof value === 'string' && satisfies(value)
}

function compare(operator: string, wanted: string, got: string, it: BookCase, is2012: boolean): boolean {
  if (/^(?:String|Arn)/.test(operator)) {
    const isPattern = operator === 'StringLike' || operator.startsWith('Arn')
    const pattern = expand(wanted, it, is2012, isPattern)
    if (pattern === undefined) return false
    if (operator === 'StringLike') return like(pattern, got)
    if (operator === 'StringEquals') return textOf(pattern) === got
    if (operator === 'StringEqualsIgnoreCase') return textOf(pattern).toLowerCase() === got.toLowerCase()
    return splitMarks(pattern).length === 6 && got.split(':').length >= 6 && likeParts(pattern, got)
  }
  if (operator === 'Bool') return /^(?:true|false)$/i.test(got) && wanted.toLowerCase() === got.toLowerCase()
  if (operator === 'IpAddress') return isWithin(wanted, got)
  const [kind, order] = operator.startsWith('Date')
    ? ([toTime, operator.slice(4)] as const)
    : ([toNumber, operator.slice(7)] as const)
  const [right, left] = [kind(wanted), kind(got)]
  if (right === undefined || left === undefined) return false
  if (order === 'Equals') return left === right
  if (order.endsWith('Equals') && left === right) return true
  return order.startsWith('Less') ? left < right : left > right
}

const toNumber = (text: string): number | undefined =>
  text.trim() === '' || Number.isNaN(Number(text)) ? undefined : Number(text)

function toTime(text: string): number | undefined {
  if (/^\d{5,}$/.test(text)) return Number(text) * 1000
  const time = new Date(text).getTime()
  return Number.isNaN(time) ? undefined : time
}

/** IPv4 only: the cases hold no other ranges. */
function isWithin(range: string, address: string): boolean {
  const [base = '', bits = '32'] = range.split('/')
  const toBits = (text: string): string =>
    text
      .split('.')
      .map((byte) => Number(byte).toString(2).padStart(8, '0'))
      .join('')
  return toBits(base).slice(0, Number(bits)) === toBits(address).slice(0, Number(bits))
}
