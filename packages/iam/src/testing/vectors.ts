import type {
  AccessRequest,
  CompiledPolicy,
  Decision,
  PolicyKind,
  PolicySet,
  Principal,
  RequestContext,
} from '../index.ts'
import { compilePolicy, decide, parsePolicy } from '../index.ts'

/** One case of `vectors/decisions.json`. */
export interface VectorCase {
  readonly id: string
  readonly title: string
  /** Ids of the rules it is about. */
  readonly rules: readonly string[]
  readonly request: {
    readonly via: 'functionUrl' | 'api'
    readonly authType: 'AWS_IAM' | 'NONE'
    readonly principal: Readonly<Record<string, string>> & { readonly type: Principal['type'] }
    readonly resource: string
    readonly actions: readonly string[]
    readonly context: Readonly<Record<string, RequestContext>>
  }
  readonly policies: {
    readonly identity?: readonly object[]
    readonly boundary?: object
    readonly session?: readonly object[]
    readonly resource?: object
    readonly scps?: readonly (readonly object[])[]
  }
  readonly expect: {
    readonly decision: 'Allow' | 'Deny'
    readonly stage?: string
    readonly actions?: Readonly<Record<string, 'Allow' | 'ImplicitDeny' | 'ExplicitDeny'>>
    readonly blame?: readonly PolicyKind[]
    readonly allowedBy?: readonly PolicyKind[]
  }
}

/** The vectors: cases and the rules they are about. */
export interface Vectors {
  readonly rules: Readonly<Record<string, string>>
  readonly cases: readonly VectorCase[]
}

/** Where the vectors are. */
export const vectorFile: URL = new URL('../../vectors/decisions.json', import.meta.url)

/**
 * Reads the vectors.
 *
 * @param text of `vectorFile`
 * @returns the vectors as they stand in the file
 */
export function parseVectors(text: string): Vectors {
  return JSON.parse(text) as Vectors
}

/** What a case asks of a decision, or what a decision says of it; absent where the case asks nothing. */
export type VectorAnswer = VectorCase['expect']

/**
 * Decides a case.
 *
 * @param vector the case
 * @returns what came of it, of all that the case asks for
 */
export function answerVector({ request, policies, expect }: VectorCase): VectorAnswer {
  const decision = decide(readRequest(request), compileVector(policies))
  const { stage } = decision
  return {
    decision: decision.allowed ? 'Allow' : 'Deny',
    ...(stage !== undefined && { stage }),
    ...(expect.actions && { actions: listVerdicts(decision, expect.actions) }),
    ...(expect.blame && {
      blame: sortKinds(decision.actions.flatMap((verdict) => (verdict.allowed ? [] : verdict.blame))),
    }),
    ...(expect.allowedBy && {
      allowedBy: sortKinds(decision.actions.flatMap(({ by }) => by.map(({ policy }) => policy.type))),
    }),
  }
}

/**
 * Puts what a case expects into the order of an answer.
 *
 * @param vector the case
 * @returns the same with its lists in order
 */
export function expectedAnswer({ expect }: VectorCase): VectorAnswer {
  const { blame, allowedBy } = expect
  return {
    ...expect,
    ...(blame && { blame: sortKinds(blame) }),
    ...(allowedBy && { allowedBy: sortKinds(allowedBy) }),
  }
}

/**
 * Reads and prepares the policies of a case.
 *
 * @param policies as they stand in the file
 * @returns the policies that count
 */
export function compileVector({
  identity,
  boundary,
  session,
  resource,
  scps,
}: VectorCase['policies']): PolicySet {
  return {
    ...(identity && { identity: identity.map((document) => compile(document, 'identity')) }),
    ...(boundary && { boundary: compile(boundary, 'boundary') }),
    ...(session && { session: session.map((document) => compile(document, 'session')) }),
    ...(resource && { resource: compile(resource, 'resource') }),
    ...(scps && { scps: scps.map((level) => level.map((document) => compile(document, 'scp'))) }),
  }
}

const verdictNames = {
  'implicit-deny': 'ImplicitDeny',
  'explicit-deny': 'ExplicitDeny',
  unknown: 'Unknown',
} as const

type ActionAnswers = Exclude<VectorAnswer['actions'], undefined>

function listVerdicts({ actions }: Decision, asked: ActionAnswers): ActionAnswers {
  const verdicts = actions
    .filter(({ action }) => asked[action] !== undefined)
    .map((verdict) => [verdict.action, verdict.allowed ? 'Allow' : verdictNames[verdict.kind]])
  return Object.fromEntries(verdicts) as ActionAnswers
}

function sortKinds(kinds: readonly PolicyKind[]): PolicyKind[] {
  return [...new Set(kinds)].sort()
}

function readRequest(request: VectorCase['request']): AccessRequest {
  const { common, ...own } = request.context
  const lowerCaseKeys = (keys: RequestContext): RequestContext =>
    Object.fromEntries(Object.entries(keys).map(([name, value]) => [name.toLowerCase(), value]))
  return {
    principal: request.authType === 'NONE' ? { type: 'anonymous' } : readPrincipal(request.principal),
    resource: request.resource,
    resourceAccount: request.resource.split(':')[4] ?? '',
    actions: request.actions.map((action) => ({
      action,
      context: lowerCaseKeys({ ...common, ...own[action] }),
    })),
    ...(request.via === 'functionUrl' && {
      endpoint: { kind: 'function-url' as const, authType: request.authType },
    }),
  }
}

function readPrincipal(principal: VectorCase['request']['principal']): Principal {
  const known = ['user', 'role-session', 'federated-user', 'root', 'service', 'anonymous']
  if (!known.includes(principal.type)) throw new Error(`unknown principal type ${principal.type}`)
  return {
    id: 'unused',
    ...principal,
    ...(principal['service'] && { name: principal['service'] }),
  } as Principal
}

function compile(document: object, type: PolicyKind): CompiledPolicy {
  return compilePolicy(parsePolicy(JSON.stringify(document), type), { type, name: type })
}
