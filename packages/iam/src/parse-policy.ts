import { findDuplicateKey } from './duplicate-keys.ts'
import { readActions } from './parse-actions.ts'
import { readConditions } from './parse-conditions.ts'
import { readPrincipals } from './parse-principals.ts'
import { readResources } from './parse-resources.ts'
import type { JsonObject, PolicyReader } from './policy-reading.ts'
import { createPolicyReader, readObject } from './policy-reading.ts'
import type { PolicyFault } from './policy-error.ts'
import type { Policy, PolicyKind, Statement } from './policy.ts'

/**
 * Reads a policy document, strictly: what IAM would not accept, and what nobody would notice, is an error.
 *
 * Sizes are not looked at: they depend on where the policy is kept (`findPolicyExcess()`).
 *
 * @param text the JSON of the document
 * @param kind where the policy will stand; decides which elements are required and which refused
 * @returns the document in normal form
 * @throws {PolicyError} `MalformedPolicyDocument`, naming the path, the value and the rule
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
 */
export function parsePolicy(text: string, kind: PolicyKind): Policy {
  const reader = createPolicyReader(kind)
  const document = readObject(reader, readJson(reader, text), '', documentElements)
  const version = readVersion(reader, document['Version'])
  const id = readOptionalString(reader, document['Id'], 'Id')
  const written = document['Statement']
  if (written === undefined) {
    throw reader.fail({ path: '', rule: 'must have a Statement', malformation: 'no-statement' })
  }
  const list: unknown[] = Array.isArray(written) ? written : [written]
  if (list.length === 0) {
    const rule = 'must hold at least one statement'
    throw reader.fail({ path: 'Statement', value: list, rule, malformation: 'no-statement' })
  }
  const statements = list.map((item, index) => readStatement(reader, item, `Statement[${index}]`))
  assertUniqueSids(reader, statements)
  return { ...(version && { version }), ...(id !== undefined && { id }), statements }
}

type Presence = 'required' | 'refused'

interface KindRules {
  readonly principal: Presence
  readonly resource: Presence
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

function readJson(reader: PolicyReader, text: string): unknown {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw reader.fail({ path: '', rule: 'is not valid JSON', malformation: 'json' })
  }
  const twice = findDuplicateKey(text, value)
  if (twice !== undefined) throw reader.fail({ path: twice, rule: 'stands twice in one object' })
  return value
}

function readVersion(reader: PolicyReader, value: unknown): Policy['version'] {
  if (value === undefined || value === '2012-10-17' || value === '2008-10-17') return value
  const rule = 'must be "2012-10-17" or "2008-10-17"'
  throw reader.fail({ path: 'Version', value, rule, malformation: 'version' })
}

function readOptionalString(reader: PolicyReader, value: unknown, path: string): string | undefined {
  if (value === undefined || typeof value === 'string') return value
  throw reader.fail({ path, value, rule: 'must be a string' })
}

function readStatement(reader: PolicyReader, value: unknown, path: string): Statement {
  const written = readObject(reader, value, path, statementElements)
  const rules = kinds[reader.kind]
  const sid = readSid(reader, written['Sid'], `${path}.Sid`)
  const effect = readEffect(reader, written['Effect'], `${path}.Effect`)
  for (const pair of pairs) assertOneOf(reader, written, path, pair, pair.presence(rules))
  if (written['NotPrincipal'] !== undefined && effect === 'Allow') {
    const rule = 'may stand with "Effect": "Deny" only'
    throw reader.fail({ path: `${path}.NotPrincipal`, rule, malformation: 'not-principal-allow' })
  }
  const statement: { -readonly [Name in keyof Statement]: Statement[Name] } = { effect, conditions: [] }
  if (sid !== undefined) statement.sid = sid
  readElements(reader, written, path, statement)
  return statement
}

/** The elements that a statement need not have. */
function readElements(
  reader: PolicyReader,
  written: JsonObject,
  path: string,
  into: { -readonly [Name in keyof Statement]: Statement[Name] },
): void {
  const { Principal, NotPrincipal, Action, NotAction, Resource, NotResource, Condition } = written
  if (Principal !== undefined) into.principals = readPrincipals(reader, Principal, `${path}.Principal`)
  if (NotPrincipal !== undefined) {
    into.notPrincipals = readPrincipals(reader, NotPrincipal, `${path}.NotPrincipal`)
  }
  if (Action !== undefined) into.actions = readActions(reader, Action, `${path}.Action`)
  if (NotAction !== undefined) into.notActions = readActions(reader, NotAction, `${path}.NotAction`)
  if (Resource !== undefined) into.resources = readResources(reader, Resource, `${path}.Resource`)
  if (NotResource !== undefined) {
    into.notResources = readResources(reader, NotResource, `${path}.NotResource`)
  }
  if (Condition !== undefined) into.conditions = readConditions(reader, Condition, `${path}.Condition`)
}

function readEffect(reader: PolicyReader, value: unknown, path: string): 'Allow' | 'Deny' {
  if (value === 'Allow' || value === 'Deny') return value
  const isWrongCase = typeof value === 'string' && /^(?:allow|deny)$/i.test(value)
  const malformation = value === undefined ? 'no-effect' : isWrongCase ? 'legacy' : 'syntax'
  throw reader.fail({ path, value, rule: 'must be "Allow" or "Deny"', malformation })
}

function readSid(reader: PolicyReader, value: unknown, path: string): string | undefined {
  const sid = readOptionalString(reader, value, path)
  if (sid !== undefined && kinds[reader.kind].plainSid && !/^[\dA-Za-z]*$/.test(sid)) {
    const rule = 'may hold letters and digits only'
    throw reader.fail({ path, value: sid, rule, malformation: 'sid-characters' })
  }
  return sid
}

function assertUniqueSids(reader: PolicyReader, statements: readonly Statement[]): void {
  const seen = new Set<string>()
  for (const [index, { sid }] of statements.entries()) {
    if (sid === undefined || sid === '') continue
    if (seen.has(sid)) {
      const rule = 'must be unique within the policy'
      const path = `Statement[${index}].Sid`
      throw reader.fail({ path, value: sid, rule, malformation: 'duplicate-sid' })
    }
    seen.add(sid)
  }
}

/** Two elements of which at most one may stand. */
interface ElementPair {
  readonly name: string
  readonly inverse: string
  readonly presence: (rules: KindRules) => Presence
  readonly missing: PolicyFault['malformation'] & string
  readonly refused: PolicyFault['malformation'] & string
  readonly inverseRefused: PolicyFault['malformation'] & string
}

const pairs: readonly ElementPair[] = [
  {
    name: 'Action',
    inverse: 'NotAction',
    presence: () => 'required',
    missing: 'no-action',
    refused: 'syntax',
    inverseRefused: 'syntax',
  },
  {
    name: 'Resource',
    inverse: 'NotResource',
    presence: ({ resource }) => resource,
    missing: 'no-resource',
    refused: 'resource-refused',
    inverseRefused: 'not-resource-refused',
  },
  {
    name: 'Principal',
    inverse: 'NotPrincipal',
    presence: ({ principal }) => principal,
    missing: 'no-principal',
    refused: 'principal-refused',
    inverseRefused: 'not-principal-refused',
  },
]

function assertOneOf(
  reader: PolicyReader,
  statement: JsonObject,
  path: string,
  { name, inverse, missing, refused, inverseRefused }: ElementPair,
  presence: Presence,
): void {
  const isPresent = statement[name] !== undefined
  const isInversePresent = statement[inverse] !== undefined
  if (presence === 'refused' && (isPresent || isInversePresent)) {
    const rule = 'has no place in this kind of policy'
    const malformation = isPresent ? refused : inverseRefused
    throw reader.fail({ path: `${path}.${isPresent ? name : inverse}`, rule, malformation })
  }
  if (presence === 'required' && !isPresent && !isInversePresent) {
    throw reader.fail({ path, rule: `must have ${name} or ${inverse}`, malformation: missing })
  }
  if (isPresent && isInversePresent) {
    throw reader.fail({ path, rule: `may have ${name} or ${inverse}, not both` })
  }
}
