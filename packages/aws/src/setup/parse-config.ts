import { parsePolicy, PolicyError } from '@furlong/iam'
import { AwsError } from '../errors.ts'
import { maxFunctionNameLength } from '../function-name.ts'
import {
  anyText,
  integer,
  isObject,
  list,
  object,
  oneOf,
  record,
  text,
  type Check,
  type Problem,
} from './checks.ts'
import type { FurlongConfig, GranteeConfig } from './config.ts'
import { checkService, parseGrantee, type Grantee } from './grantee.ts'
import {
  aliasPattern,
  corsMaxAgeLimit,
  maxHandlerLength,
  memorySizeLimit,
  timeoutLimit,
  variableNamePattern,
} from './limits.ts'

const headers = list(text({ max: 1024 }), 100)

const cors = object({
  allowCredentials: oneOf(true, false),
  allowHeaders: headers,
  allowMethods: list(text({ max: 6 }), 6),
  allowOrigins: list(text({ max: 253 }), 100),
  exposeHeaders: headers,
  maxAgeSeconds: integer(corsMaxAgeLimit),
})

const origins = list(
  text({ max: 253, pattern: /^(?:\*|https?:\/\/[^/]+)$/, wanted: 'an origin such as https://app.example' }),
  100,
)

const url = object({
  authType: oneOf('AWS_IAM', 'NONE'),
  invokeMode: oneOf('BUFFERED', 'RESPONSE_STREAM'),
  cors: (value, path) => (Array.isArray(value) ? origins : cors)(value, path),
})

const policyDocument: Check = (value, path) => {
  if (!isObject(value)) return [{ path, says: 'is no policy document: an object with Statement is wanted' }]
  try {
    parsePolicy(JSON.stringify(value), 'identity')
    return []
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error
    return [{ path, says: `is no policy document: ${error.message}` }]
  }
}

const role = object({
  managedPolicies: list(
    text({
      max: 2048,
      pattern: /^(?:arn:aws[a-z-]*:iam::(?:aws|\d{12}):policy\/\S+|[\w+=,.@/-]+)$/,
      wanted: "an ARN, or the name of one of AWS's own policies,",
    }),
  ),
  policies: record(
    text({ max: 128, pattern: /^[\w+=,.@-]+$/, wanted: 'a name of [A-Za-z0-9_+=,.@-]' }),
    policyDocument,
  ),
})

/** A grantee's members, beside which there may be no other. */
const granteeKinds: readonly (readonly [kind: string, others: readonly string[]])[] = [
  ['role', []],
  ['user', []],
  ['session', []],
  ['account', []],
  ['function', []],
  ['service', ['sourceArn']],
]

const grantee: Check = (value, path) => {
  if (typeof value !== 'string' && !isObject(value)) {
    return text({ wanted: `a caller: a text, or an object with ${listKinds()},` })(value, path)
  }
  if (isObject(value)) {
    const kinds = granteeKinds.filter(([kind]) => value[kind] !== undefined)
    const [first, ...more] = kinds
    if (first === undefined || more.length > 0) {
      return [
        { path, says: `must have one of ${listKinds()}; it has ${Object.keys(value).join(', ') || 'none'}` },
      ]
    }
    const members = [first[0], ...first[1]]
    const problems = object(Object.fromEntries(members.map((name) => [name, text()])), members)(value, path)
    if (problems.length > 0) return problems
  }
  try {
    readGrantee(value as string | GranteeConfig)
    return []
  } catch (error) {
    if (!(error instanceof AwsError)) throw error
    return [{ path, says: `is refused. ${error.message}` }]
  }
}

const listKinds = (): string => granteeKinds.map(([kind]) => kind).join(', ')

const config = object({
  entry: text(),
  name: text({ max: maxFunctionNameLength, pattern: /^[a-zA-Z0-9-_]+$/, wanted: 'a name of [a-zA-Z0-9-_]' }),
  runtime: text({ pattern: /^[a-z][a-z0-9.]+$/, wanted: 'a runtime such as nodejs24.x' }),
  architecture: oneOf('x86_64', 'arm64'),
  handler: text({ max: maxHandlerLength, pattern: /^\S+$/, wanted: 'a handler such as index.handler' }),
  memorySizeMb: integer(memorySizeLimit),
  timeoutSeconds: integer(timeoutLimit),
  environment: record(
    text({ pattern: variableNamePattern, wanted: `a name that matches ${variableNamePattern.source}` }),
    anyText,
  ),
  tags: record(text({ max: 128 }), anyText),
  role: (value, path) => (typeof value === 'string' ? text() : role)(value, path),
  url: (value, path) => (value === false ? [] : url(value, path)),
  alias: text({ pattern: aliasPattern, wanted: 'a name of 1 to 128 of [a-zA-Z0-9-_] that is no number' }),
  grants: list(object({ to: grantee }, ['to'])),
  sdk: oneOf('bundled', 'external'),
})

/**
 * Checks a configuration.
 * @param input what the file exports
 * @param file its name, for errors
 * @returns the configuration, without members that are undefined
 * @throws {AwsError} `ConfigInvalid`, with each member that is wrong, its value, the limit and the unit
 */
export function parseConfig(input: unknown, file: string): FurlongConfig {
  const problems: readonly Problem[] = isObject(input)
    ? config(input, '')
    : [{ path: 'the default export', says: 'is no object: defineConfig({ … }) is wanted' }]
  if (problems.length === 0) return withoutUndefined(input) as FurlongConfig
  const lines = problems.map(({ path, says }) => `${path} ${says}.`)
  throw new AwsError('ConfigInvalid', [`${file} is not valid:`, ...lines].join('\n'))
}

/** `alias: isProduction ? 'live' : undefined` says nothing about the alias. */
function withoutUndefined(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutUndefined)
  if (!isObject(value)) return value
  const entries = Object.entries(value).filter(([, one]) => one !== undefined)
  return Object.fromEntries(entries.map(([name, one]) => [name, withoutUndefined(one)]))
}

/**
 * Reads a caller of a configuration.
 * @param to a text as `furlong grant --to` takes it, or an object of one kind
 * @returns the caller as it is named
 * @throws {AwsError} `PrincipalNotFound`, `ServicePrincipalRefused`
 */
export function readGrantee(to: string | GranteeConfig): Grantee {
  if (typeof to === 'string') return parseGrantee(to)
  if ('service' in to) {
    checkService(to.service)
    return { kind: 'service', ...to }
  }
  if ('role' in to) return { kind: 'role', ...to }
  if ('user' in to) return { kind: 'user', ...to }
  if ('function' in to) return { kind: 'function', ...to }
  // These two have one form each, which the texts have as well.
  const [kind, written] =
    'session' in to ? (['session', to.session] as const) : (['account', to.account] as const)
  const read = parseGrantee(written)
  if (read.kind === kind) return read
  throw new AwsError('PrincipalNotFound', `'${written}' names no ${kind}.`)
}
