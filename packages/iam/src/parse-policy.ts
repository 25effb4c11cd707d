import { parseArn } from './arn.ts'
import { conditionOperators } from './condition-operators.ts'
import { assertUniqueKeys } from './duplicate-keys.ts'
import { PolicyError } from './policy-error.ts'
import type {
  Condition,
  Policy,
  PolicyKind,
  PrincipalElement,
  PrincipalElementType,
  Statement,
} from './policy.ts'

/**
 * Reads a policy document, strictly: what IAM would not accept, and what nobody would notice, is an error.
 *
 * @param text the JSON of the document
 * @param kind where the policy will stand; decides which elements are required and which refused
 * @returns the document in normal form
 * @throws {PolicyError} `MalformedPolicyDocument`, naming the path, the value and the rule
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
 */
export function parsePolicy(text: string, kind: PolicyKind): Policy {
  const document = readObject(readJson(text), '', documentElements)
  const version = readVersion(document['Version'])
  const id = readOptionalString(document['Id'], 'Id')
  if (document['Statement'] === undefined) throw new PolicyError('', undefined, 'must have a Statement')
  const list = Array.isArray(document['Statement']) ? document['Statement'] : [document['Statement']]
  if (list.length === 0) throw new PolicyError('Statement', list, 'must hold at least one statement')
  const statements = list.map((item, index) => readStatement(item, `Statement[${index}]`, kinds[kind]))
  assertUniqueSids(statements)
  return { ...(version && { version }), ...(id !== undefined && { id }), statements }
}

interface KindRules {
  readonly principal: 'required' | 'refused'
  readonly resource: 'required' | 'refused'
  /** IAM's own policies take letters and digits only; services are freer. */
  readonly plainSid: boolean
}

const identityRules: KindRules = { principal: 'refused', resource: 'required', plainSid: true }

const kinds: Readonly<Record<PolicyKind, KindRules>> = {
  identity: identityRules,
  boundary: identityRules,
  session: identityRules,
  scp: identityRules,
  resource: { principal: 'required', resource: 'required', plainSid: false },
  trust: { principal: 'required', resource: 'refused', plainSid: true },
}

const documentElements: ReadonlySet<string> = new Set(['Version', 'Id', 'Statement'])
const statementElements: ReadonlySet<string> = new Set([
  'Sid',
  'Effect',
  'Principal',
  'NotPrincipal',
  'Action',
  'NotAction',
  'Resource',
  'NotResource',
  'Condition',
])
const principalTypes: ReadonlySet<string> = new Set<PrincipalElementType>([
  'AWS',
  'Service',
  'Federated',
  'CanonicalUser',
])

type JsonObject = Readonly<Record<string, unknown>>

function readJson(text: string): unknown {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new PolicyError('', undefined, 'is not valid JSON')
  }
  // JSON.parse keeps the last of two equal keys: half a policy would vanish without a word.
  assertUniqueKeys(text)
  return value
}

function readObject(value: unknown, path: string, known?: ReadonlySet<string>): JsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new PolicyError(path, value, 'must be an object')
  }
  const unknown = Object.keys(value).find((name) => known !== undefined && !known.has(name))
  if (unknown !== undefined) {
    const at = path === '' ? unknown : `${path}.${unknown}`
    throw new PolicyError(
      at,
      undefined,
      `is not an element of the policy language (${[...(known ?? [])].join(', ')})`,
    )
  }
  return value as JsonObject
}

function readVersion(value: unknown): Policy['version'] {
  if (value === undefined || value === '2012-10-17' || value === '2008-10-17') return value
  throw new PolicyError('Version', value, 'must be "2012-10-17" or "2008-10-17"')
}

function readOptionalString(value: unknown, path: string): string | undefined {
  if (value === undefined || typeof value === 'string') return value
  throw new PolicyError(path, value, 'must be a string')
}

function readStrings(value: unknown, path: string): readonly string[] {
  const list: unknown[] = Array.isArray(value) ? value : [value]
  if (list.length === 0) throw new PolicyError(path, value, 'must not be empty')
  return list.map((item, index) => {
    if (typeof item === 'string') return item
    throw new PolicyError(Array.isArray(value) ? `${path}[${index}]` : path, item, 'must be a string')
  })
}

function readStatement(value: unknown, path: string, rules: KindRules): Statement {
  const statement = readObject(value, path, statementElements)
  const sid = readSid(statement['Sid'], `${path}.Sid`, rules)
  const effect = statement['Effect']
  if (effect !== 'Allow' && effect !== 'Deny') {
    throw new PolicyError(`${path}.Effect`, effect, 'must be "Allow" or "Deny"')
  }
  assertOneOf(statement, path, 'Action', 'NotAction', 'required')
  assertOneOf(statement, path, 'Resource', 'NotResource', rules.resource)
  assertOneOf(statement, path, 'Principal', 'NotPrincipal', rules.principal)
  if (statement['NotPrincipal'] !== undefined && effect === 'Allow') {
    throw new PolicyError(`${path}.NotPrincipal`, undefined, 'may stand with "Effect": "Deny" only')
  }
  const read = <Value>(name: string, reader: (value: unknown, path: string) => Value): Value | undefined =>
    statement[name] === undefined ? undefined : reader(statement[name], `${path}.${name}`)
  const principals = read('Principal', readPrincipals)
  const notPrincipals = read('NotPrincipal', readPrincipals)
  const actions = read('Action', readActions)
  const notActions = read('NotAction', readActions)
  const resources = read('Resource', readResources)
  const notResources = read('NotResource', readResources)
  return {
    ...(sid !== undefined && { sid }),
    effect,
    ...(principals && { principals }),
    ...(notPrincipals && { notPrincipals }),
    ...(actions && { actions }),
    ...(notActions && { notActions }),
    ...(resources && { resources }),
    ...(notResources && { notResources }),
    conditions: read('Condition', readConditions) ?? [],
  }
}

function readSid(value: unknown, path: string, rules: KindRules): string | undefined {
  const sid = readOptionalString(value, path)
  if (sid !== undefined && rules.plainSid && !/^[\dA-Za-z]*$/.test(sid)) {
    throw new PolicyError(path, sid, 'may hold letters and digits only')
  }
  return sid
}

function assertUniqueSids(statements: readonly Statement[]): void {
  const seen = new Set<string>()
  for (const [index, { sid }] of statements.entries()) {
    if (sid === undefined || sid === '') continue
    if (seen.has(sid))
      throw new PolicyError(`Statement[${index}].Sid`, sid, 'must be unique within the policy')
    seen.add(sid)
  }
}

function assertOneOf(
  statement: JsonObject,
  path: string,
  name: string,
  inverse: string,
  presence: 'required' | 'refused',
): void {
  const present = [name, inverse].filter((element) => statement[element] !== undefined)
  const [first] = present
  if (presence === 'refused' && first !== undefined) {
    throw new PolicyError(`${path}.${first}`, undefined, 'has no place in this kind of policy')
  }
  if (presence === 'required' && first === undefined) {
    throw new PolicyError(path, undefined, `must have ${name} or ${inverse}`)
  }
  if (present.length === 2) throw new PolicyError(path, undefined, `may have ${name} or ${inverse}, not both`)
}

function readActions(value: unknown, path: string): readonly string[] {
  const actions = readStrings(value, path)
  for (const action of actions) {
    const colon = action.indexOf(':')
    if (action !== '*' && (colon < 1 || colon === action.length - 1)) {
      throw new PolicyError(
        path,
        action,
        'must be "*" or a service and an action, such as "lambda:InvokeFunction"',
      )
    }
  }
  return actions
}

function readResources(value: unknown, path: string): readonly string[] {
  const resources = readStrings(value, path)
  for (const resource of resources) {
    if (resource !== '*' && !resource.startsWith('arn:')) {
      throw new PolicyError(path, resource, 'must be "*" or an ARN')
    }
  }
  return resources
}

function readPrincipals(value: unknown, path: string): readonly PrincipalElement[] {
  if (value === '*') return [{ type: '*', value: '*' }]
  if (typeof value === 'string') {
    throw new PolicyError(path, value, 'must be "*" or an object such as {"AWS": "<ARN>"}')
  }
  const object = readObject(value, path, principalTypes)
  const elements = Object.entries(object).flatMap(([name, values]) => {
    const type = name as PrincipalElementType
    return readStrings(values, `${path}.${name}`).map((item) => {
      assertPrincipal(type, item, `${path}.${name}`)
      return { type, value: item }
    })
  })
  if (elements.length === 0) throw new PolicyError(path, value, 'must name somebody')
  return elements
}

function assertPrincipal(type: PrincipalElementType, value: string, path: string): void {
  if (type === 'AWS' && value === '*') return
  if (value.includes('*') || value.includes('?')) {
    throw new PolicyError(path, value, 'must not hold wildcards; only "*" alone stands for everybody')
  }
  if (type !== 'AWS') {
    if (value === '') throw new PolicyError(path, value, 'must not be empty')
    if (type === 'Service' && !value.includes('.')) {
      throw new PolicyError(path, value, 'must be the name of a service, such as "cloudfront.amazonaws.com"')
    }
    return
  }
  const isAccount = /^\d{12}$/.test(value)
  const isUniqueId = /^A[\dA-Z]{15,127}$/.test(value)
  const arn = parseArn(value)
  const isArn =
    (arn?.service === 'iam' || arn?.service === 'sts') && arn.region === '' && /^\d{12}$/.test(arn.accountId)
  if (!isAccount && !isUniqueId && !isArn) {
    throw new PolicyError(path, value, 'must be an account id, the ARN of a user, role or session, or "*"')
  }
}

function readConditions(value: unknown, path: string): readonly Condition[] {
  return Object.entries(readObject(value, path)).flatMap(([written, keys]) => {
    const operator = readOperator(written, `${path}.${written}`)
    return Object.entries(readObject(keys, `${path}.${written}`)).map(([key, values]) => {
      const at = `${path}.${written}.${key}`
      if (key.indexOf(':') < 1)
        throw new PolicyError(at, undefined, 'must be a condition key, such as "aws:SourceIp"')
      return { ...operator, key, values: readConditionValues(values, at, operator.operator) }
    })
  })
}

function readOperator(
  written: string,
  path: string,
): Pick<Condition, 'operator' | 'quantifier' | 'ifExists'> {
  const colon = written.indexOf(':')
  const quantifier = colon === -1 ? undefined : written.slice(0, colon)
  const rest = written.slice(colon + 1)
  const ifExists = rest.endsWith('IfExists')
  const operator = ifExists ? rest.slice(0, -'IfExists'.length) : rest
  if (quantifier !== undefined && quantifier !== 'ForAllValues' && quantifier !== 'ForAnyValue') {
    throw new PolicyError(path, undefined, 'may be prefixed with ForAllValues: or ForAnyValue: only')
  }
  if (operator === 'Null' && (ifExists || quantifier !== undefined)) {
    throw new PolicyError(path, undefined, 'is not an operator: Null takes no prefix and no IfExists')
  }
  if (operator !== 'Null' && !Object.hasOwn(conditionOperators, operator)) {
    throw new PolicyError(path, undefined, 'is not a condition operator')
  }
  return { operator, ...(quantifier && { quantifier }), ifExists }
}

function readConditionValues(value: unknown, path: string, operator: string): readonly string[] {
  const list: unknown[] = Array.isArray(value) ? value : [value]
  return list.map((item) => {
    if (typeof item !== 'string' && typeof item !== 'boolean' && typeof item !== 'number') {
      throw new PolicyError(path, item, 'must be a string, a number or a boolean')
    }
    const text = String(item)
    if (operator === 'Null' && text.toLowerCase() !== 'true' && text.toLowerCase() !== 'false') {
      throw new PolicyError(path, item, 'must be "true" (absent) or "false" (present)')
    }
    return text
  })
}
