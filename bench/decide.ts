/** Preparing policies and deciding with them, against reading JSON and against another engine. */
import {
  type AccessRequest,
  compilePolicy,
  type CompiledPolicy,
  createFunctionUrlRequest,
  decide,
  parsePolicy,
  type PolicyKind,
  type PolicySet,
  type RoleSessionPrincipal,
} from '@furlong/iam'
import { flatten } from './hashes.ts'
import { loadSimulate, type Simulate, type Simulation } from './iam-simulate.ts'
import { type Interleaved, interleave, type Lane, repeat } from './interleave.ts'
import { type Growing, measureGrowth } from './measure-growth.ts'
import type { Row } from './report.ts'

const interleaving = { rounds: 31, sliceMs: 25 } as const
const growing = { rounds: 7, sliceMs: 5 } as const
const account = '111122223333'
const functionArn = `arn:aws:lambda:us-east-1:${account}:function:orders`
const actionsOfUrl = 2

/** What Lambda lets the policy of a function grow to. */
const policyBytes = 20 * 1024
/** Different ones, so that no text is read twice in a row. */
const poolSize = 64

const parsing = 'floor: JSON.parse of a policy of 20 KB'
const preparing = 'parse and compile a policy of 20 KB'
const withContext = 'decide an action, its context included'
const prepared = 'decide an action, its context at hand'
const simulated = 'iam-simulate, runUnsafeSimulation, an action'

/** @returns the times of preparing and of deciding, and how they grow with policies and patterns */
export async function run(): Promise<Row[]> {
  const simulate = await loadSimulate()
  const questions = createQuestions()
  assertAgrees(questions, simulate)
  const measured = await interleave([...prepareLanes(), ...decideLanes(questions, simulate)], interleaving)
  return [...prepareRows(measured), ...decideRows(measured), ...(await growthRows())]
}

function compile(document: string, type: PolicyKind): CompiledPolicy {
  return compilePolicy(parsePolicy(document, type), { type, name: type })
}

function prepareLanes(): Lane[] {
  const pool = Array.from({ length: poolSize }, (_, index) => createFunctionPolicy(index))
  const pick = (index: number): string => pool[index % poolSize] as string
  return [
    { name: parsing, run: repeat((index) => JSON.parse(pick(index)) as unknown) },
    { name: preparing, run: repeat((index) => compile(pick(index), 'resource')) },
  ]
}

/** As `AddPermission` writes it: two statements for each caller, until it is full. */
function createFunctionPolicy(number: number): string {
  const statements: object[] = []
  const write = (): string => JSON.stringify({ Version: '2012-10-17', Id: 'default', Statement: statements })
  for (let caller = 0; write().length < policyBytes; caller += 1) {
    const role = `arn:aws:iam::${account}:role/service-role/caller-${number}-${caller}`
    statements.push(...grantsTo(role, `caller-${caller}`))
  }
  return flatten(write())
}

function grantsTo(role: string, sid: string): object[] {
  const grant = { Effect: 'Allow', Principal: { AWS: role }, Resource: functionArn }
  return [
    {
      Sid: `${sid}-url`,
      ...grant,
      Action: 'lambda:InvokeFunctionUrl',
      Condition: { StringEquals: { 'lambda:FunctionUrlAuthType': 'AWS_IAM' } },
    },
    {
      Sid: `${sid}-invoke`,
      ...grant,
      Action: 'lambda:InvokeFunction',
      Condition: { Bool: { 'lambda:InvokedViaFunctionUrl': 'true' } },
    },
  ]
}

function prepareRows(measured: Interleaved): Row[] {
  const us = measured.us(preparing)
  return [
    { row: parsing, value: measured.us(parsing), unit: 'µs' },
    {
      row: preparing,
      value: us,
      unit: 'µs',
      xFloor: measured.over((of) => of(preparing) / of(parsing)),
      goal: { atMost: 6 },
    },
    { row: `${preparing}, median`, value: us / 1000, unit: 'ms', goal: { atMost: 1 } },
  ]
}

/** One request and the policies that count for it, both compiled and as documents. */
interface Question {
  readonly ask: () => AccessRequest
  readonly policies: PolicySet
  readonly identity: readonly object[]
  readonly resource: object
}

const http = {
  sourceIp: '203.0.113.17',
  secureTransport: true,
  region: 'us-east-1',
  userAgent: 'orders-service/4.2 (linux; x64) node/24.21.0',
}

/** What roles really have: logs, a few tables, the call; and one of them is denied a function. */
function identityOf(index: number): object[] {
  const Version = '2012-10-17'
  const logs = { Effect: 'Allow', Action: ['logs:CreateLogStream', 'logs:PutLogEvents'], Resource: '*' }
  const tables = {
    Effect: 'Allow',
    Action: ['dynamodb:GetItem', 'dynamodb:Query', 'dynamodb:PutItem'],
    Resource: `arn:aws:dynamodb:us-east-1:${account}:table/orders-*`,
    Condition: { 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': [`tenant-${index}`] } },
  }
  const call = {
    Effect: 'Allow',
    Action: ['lambda:InvokeFunctionUrl', 'lambda:InvokeFunction'],
    Resource: `arn:aws:lambda:us-east-1:${account}:function:${index % 2 === 0 ? 'orders*' : 'invoices*'}`,
    Condition: { Bool: { 'aws:SecureTransport': 'true' } },
  }
  const guard = {
    Effect: 'Deny',
    Action: 'lambda:*',
    Resource: '*',
    Condition: { NotIpAddress: { 'aws:SourceIp': ['203.0.113.0/24', '198.51.100.0/24'] } },
  }
  return [
    { Version, Statement: [logs, tables] },
    { Version, Statement: index % 8 === 0 ? [call, { ...guard, Condition: {} }] : [call, guard] },
  ]
}

function createQuestions(): Question[] {
  return Array.from({ length: poolSize }, (_, index): Question => {
    const principal = createCaller(index)
    const others = Array.from({ length: 6 }, (_, other) => `arn:aws:iam::${account}:role/other-${other}`)
    const named = index % 4 === 1 ? [...others, principal.roleArn] : others
    const Statement = named.flatMap((role, number) => grantsTo(role, `caller-${number}`))
    const resource = { Version: '2012-10-17', Id: 'default', Statement }
    const identity = identityOf(index)
    return {
      ask: () =>
        createFunctionUrlRequest({
          principal,
          functionArn,
          authType: 'AWS_IAM',
          http,
          now: new Date(Date.UTC(2026, 10, 22) + index),
        }),
      policies: {
        identity: identity.map((document) => compile(JSON.stringify(document), 'identity')),
        resource: compile(JSON.stringify(resource), 'resource'),
      },
      identity,
      resource,
    }
  })
}

function createCaller(index: number): RoleSessionPrincipal {
  const name = `orders-${index}`
  const roleId = `AROAEXAMPLE000${1000 + index}`
  return {
    type: 'role-session',
    account,
    arn: `arn:aws:sts::${account}:assumed-role/${name}/s1`,
    roleArn: `arn:aws:iam::${account}:role/${name}`,
    roleId,
    sessionName: 's1',
    id: `${roleId}:s1`,
    issuedAt: new Date(Date.UTC(2026, 10, 21)),
  }
}

function createSimulations({ ask, identity, resource }: Question): Simulation[] {
  const request = ask()
  const { arn } = request.principal as RoleSessionPrincipal
  return request.actions.map(({ action, context }) => ({
    request: {
      principal: arn,
      action,
      resource: { resource: functionArn, accountId: account },
      contextVariables: context,
    },
    identityPolicies: identity.map((policy, number) => ({ name: `policy-${number}`, policy })),
    serviceControlPolicies: [],
    resourceControlPolicies: [],
    resourcePolicy: { __validated: true, policyDocument: resource, metadata: { name: 'function' } },
  }))
}

const names = {
  'explicit-deny': 'ExplicitlyDenied',
  'implicit-deny': 'ImplicitlyDenied',
  unknown: 'unknown',
} as const

/** Both must do the same work: what is decided differently is no comparison. */
function assertAgrees(questions: readonly Question[], simulate: Simulate): void {
  const seen = new Set<string>()
  for (const question of questions) {
    const theirs = createSimulations(question).map((simulation) => simulate(simulation, {}))
    const ours = decide(question.ask(), question.policies).actions.map((verdict) =>
      verdict.allowed ? 'Allowed' : names[verdict.kind],
    )
    if (ours.join() !== theirs.join()) throw new Error(`${ours.join()} here and ${theirs.join()} there.`)
    for (const one of ours) seen.add(one)
  }
  if (seen.size !== 3) throw new Error(`The questions are answered ${[...seen].join(' and ')} only.`)
}

function decideLanes(questions: readonly Question[], simulate: Simulate): Lane[] {
  const pick = (index: number): Question => questions[index % poolSize] as Question
  const asked = questions.map(({ ask }) => ask())
  const simulations = questions.flatMap(createSimulations)
  return [
    { name: withContext, run: repeat((index) => decide(pick(index).ask(), pick(index).policies)) },
    {
      name: prepared,
      run: repeat((index) => decide(asked[index % poolSize] as AccessRequest, pick(index).policies)),
    },
    {
      name: simulated,
      run: repeat((index) => simulate(simulations[index % simulations.length] as Simulation, {})),
    },
  ]
}

/** Calls of a URL are two actions; the other engine is asked action by action. */
function decideRows(measured: Interleaved): Row[] {
  const action = (lane: string): number => measured.us(lane) / actionsOfUrl
  const faster = (lane: string): number => measured.over((us) => us(simulated) / (us(lane) / actionsOfUrl))
  return [
    { row: withContext, value: action(withContext), unit: 'µs' },
    {
      row: 'actions decided a second, context included',
      value: Math.round(1e6 / action(withContext)),
      unit: '/s',
      goal: { atLeast: 100_000 },
    },
    { row: prepared, value: action(prepared), unit: 'µs' },
    { row: simulated, value: measured.us(simulated), unit: 'µs' },
    {
      row: 'x faster than iam-simulate, context included here and at hand there',
      value: faster(withContext),
      unit: 'x',
      goal: { atLeast: 8 },
    },
    { row: 'x faster than iam-simulate, context at hand', value: faster(prepared), unit: 'x' },
  ]
}

type Growth = Omit<Growing, 'goal'>

const counts = [10, 100, 1_000, 10_000] as const

const growths: readonly Growth[] = [
  {
    name: 'decide, statements of others',
    unit: 'statement',
    sizes: counts,
    prepare: decideAmong(grantsToOthers),
  },
  {
    name: 'decide, statements of patterns',
    unit: 'statement',
    sizes: counts,
    prepare: decideAmong(nearPatterns),
  },
  {
    name: 'parse and compile, statements',
    unit: 'statement',
    sizes: counts,
    prepare: (size) => {
      const document = writePolicy(grantsToOthers(size))
      return () => compile(document, 'resource')
    },
  },
  { name: 'decide, hostile *a*a…*c*b', unit: 'a', sizes: counts, prepare: decideHostile('*a*a…*c*b') },
  { name: 'decide, hostile *aa…ac*b', unit: 'a', sizes: counts, prepare: decideHostile('*aa…ac*b') },
  { name: 'parse and compile, hostile *a*a…*c*b', unit: 'a', sizes: counts, prepare: compileHostile },
]

/**
 * How much dearer a unit of the largest may be than of the cheapest. 10,000 statements do not fit the caches of a
 * processor, which makes each up to three times dearer; were the cost quadratic, it would be a thousand times.
 */
const linear = { atMost: 4 } as const

function writePolicy(statements: readonly object[]): string {
  return flatten(JSON.stringify({ Version: '2012-10-17', Statement: statements }))
}

function grantsToOthers(size: number): object[] {
  return Array.from({ length: size / actionsOfUrl }, (_, index) =>
    grantsTo(`arn:aws:iam::${account}:role/other-${index}`, `other${index}`),
  ).flat()
}

/** Each of them is compared to its last character. */
function nearPatterns(size: number): object[] {
  return Array.from({ length: size }, (_, index) => ({
    Effect: 'Allow',
    Principal: '*',
    Action: 'lambda:Invoke*',
    Resource: `arn:aws:lambda:*:${account}:function:ord*-${index}`,
  }))
}

function decideAmong(create: (size: number) => object[]): Growth['prepare'] {
  return (size) => {
    const resource = compile(writePolicy(create(size)), 'resource')
    const request = (createQuestions()[0] as Question).ask()
    if (decide(request, { resource }).allowed) throw new Error('Nothing here was to allow.')
    return () => decide(request, { resource })
  }
}

function hostilePolicy(pattern: string): string {
  const Condition = { StringLike: { 'aws:UserAgent': pattern } }
  return writePolicy([{ Effect: 'Allow', Action: '*', Resource: '*', Condition }])
}

/** Patterns that backtracking never gets through, over a text that fits until its last character but one. */
const hostilePatterns = {
  '*a*a…*c*b': (size: number) => `${'*a'.repeat(size)}*c*b`,
  '*aa…ac*b': (size: number) => `*${'a'.repeat(size)}c*b`,
} as const

function decideHostile(name: keyof typeof hostilePatterns): Growth['prepare'] {
  return (size) => {
    const identity = [compile(hostilePolicy(hostilePatterns[name](size)), 'identity')]
    const request = createFunctionUrlRequest({
      principal: createCaller(0),
      functionArn,
      authType: 'AWS_IAM',
      http: { ...http, userAgent: flatten(`${'a'.repeat(2 * size)}b`) },
      now: new Date(0),
    })
    if (decide(request, { identity }).allowed) throw new Error('Nothing here was to allow.')
    return () => decide(request, { identity })
  }
}

function compileHostile(size: number): () => unknown {
  const document = hostilePolicy(hostilePatterns['*a*a…*c*b'](size))
  return () => compile(document, 'identity')
}

async function growthRows(): Promise<Row[]> {
  const rows: Row[] = []
  // One growth after the other: its sizes are what is compared.
  for (const growth of growths) rows.push(...(await measureGrowth({ ...growth, goal: linear }, growing)))
  return rows
}
