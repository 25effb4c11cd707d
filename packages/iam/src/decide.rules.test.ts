import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import {
  account,
  alice,
  aliasArn,
  allowBoth,
  callUrl,
  compile,
  functionArn,
  grantInvoke,
  grantUrl,
  invoke,
  invokeUrl,
  otherAccount,
  roleSession,
} from './testing/cases.ts'
import { createApiRequest } from './contexts.ts'
import { decide } from './decide.ts'
import type { PolicySet } from './decision.ts'
import type { Principal } from './principal.ts'

const app = roleSession()
const federated = {
  type: 'federated-user',
  account,
  arn: `arn:aws:sts::${account}:federated-user/bob`,
  userArn: alice.arn,
  userId: alice.id,
  name: 'bob',
  id: `${account}:bob`,
} as const
const rootArn = `arn:aws:iam::${account}:root`
const root = { type: 'root', account, arn: rootArn, id: account } as const
const cloudfront = { type: 'service', name: 'cloudfront.amazonaws.com' } as const
const anonymous = { type: 'anonymous' } as const

const both = compile('identity', 'both', allowBoth('*'))
const silent = { Effect: 'Allow', Action: 's3:*', Resource: '*' }
const everything = { Effect: 'Allow', Action: '*', Resource: '*' }
const boundary = compile('boundary', 'silent', silent)
const session = [compile('session', 'silent', silent)]
const openSession = [compile('session', 'open', everything)]
const principalArnOf = (arn: string): object => ({ ArnEquals: { 'aws:PrincipalArn': arn } })

/** Both statements of the function, for one principal. */
function grant(principal: unknown, condition: object = {}): PolicySet {
  const [url, direct] = [grantUrl(principal), grantInvoke(principal)] as Record<string, object>[]
  const both = [url, direct].map((one) => ({ ...one, Condition: { ...one?.['Condition'], ...condition } }))
  return { resource: compile('resource', 'fn', ...both) }
}

const may = (principal: Principal, set: PolicySet, arn = functionArn): boolean =>
  decide(callUrl(principal, arn), set).allowed

/** A row of the table of facts, 1.2: what a principal in a function's policy gives a caller of the same account. */
interface Row {
  readonly rule: string
  readonly caller: Principal
  readonly named: string
  readonly set: PolicySet
  readonly needsIdentity: boolean
  /** `undefined` where such a caller has no such policy. */
  readonly cappedByBoundary?: boolean
  readonly cappedBySession?: boolean
}

const direct = { needsIdentity: false, cappedByBoundary: false, cappedBySession: false }
const limited = { needsIdentity: false, cappedByBoundary: true, cappedBySession: true }
const delegated = { needsIdentity: true, cappedByBoundary: true, cappedBySession: true }
const none = { needsIdentity: true }

const rows: readonly Row[] = [
  {
    rule: 'A7',
    caller: alice,
    named: 'its ARN',
    set: grant({ AWS: alice.arn }),
    needsIdentity: false,
    cappedByBoundary: false,
  },
  {
    rule: 'A19',
    caller: alice,
    named: 'its id',
    set: grant({ AWS: alice.id }),
    needsIdentity: false,
    cappedByBoundary: false,
  },
  {
    rule: 'A5',
    caller: alice,
    named: 'the account id',
    set: grant({ AWS: account }),
    needsIdentity: true,
    cappedByBoundary: true,
  },
  {
    rule: 'A5',
    caller: alice,
    named: ':root',
    set: grant({ AWS: rootArn }),
    needsIdentity: true,
    cappedByBoundary: true,
  },
  { rule: 'A6', caller: alice, named: '*', set: grant('*'), needsIdentity: false, cappedByBoundary: false },
  {
    rule: 'A6',
    caller: alice,
    named: '{"AWS":"*"}',
    set: grant({ AWS: '*' }),
    needsIdentity: false,
    cappedByBoundary: false,
  },
  { rule: 'A8', caller: app, named: 'the role', set: grant({ AWS: app.roleArn }), ...limited },
  { rule: 'A19', caller: app, named: 'the id of the role', set: grant({ AWS: app.roleId }), ...limited },
  { rule: 'A9', caller: app, named: 'the session', set: grant({ AWS: app.arn }), ...direct },
  { rule: 'A6', caller: app, named: '*', set: grant('*'), ...direct },
  {
    rule: 'A10',
    caller: app,
    named: '* with aws:PrincipalArn of the role',
    set: grant('*', principalArnOf(app.roleArn)),
    ...direct,
  },
  { rule: 'A5', caller: app, named: 'the account', set: grant({ AWS: rootArn }), ...delegated },
  { rule: 'A11', caller: federated, named: 'its ARN', set: grant({ AWS: federated.arn }), ...direct },
  {
    rule: 'A1',
    caller: app,
    named: 'another role',
    set: grant({ AWS: roleSession(account, '/', 'other').roleArn }),
    ...none,
  },
  {
    rule: 'A19',
    caller: app,
    named: 'the id of a deleted namesake',
    set: grant({ AWS: 'AROADELETEDEXAMPLE01' }),
    ...none,
  },
  {
    rule: 'A10',
    caller: app,
    named: '* with aws:PrincipalArn of the session, which it never is',
    set: grant('*', principalArnOf(app.arn)),
    ...none,
  },
]

describe("facts, 1.2: what a function's policy gives a caller of the same account", () => {
  it.each(rows)('$rule $caller.type by $named', (row) => {
    const { caller, set, needsIdentity, cappedByBoundary, cappedBySession } = row
    // A federated user has the rights of its session policy alone: without one it has none.
    const base = caller.type === 'federated-user' ? { ...set, session: openSession } : set
    expect(may(caller, base)).toBe(!needsIdentity)
    expect(may(caller, { ...base, identity: [both] })).toBe(true)
    const inFull = needsIdentity ? { ...base, identity: [both] } : base
    if (cappedByBoundary !== undefined) expect(may(caller, { ...inFull, boundary })).toBe(!cappedByBoundary)
    if (cappedBySession !== undefined) expect(may(caller, { ...inFull, session })).toBe(!cappedBySession)
  })

  it('A11 federated user by the ARN of the user: what the session policy lets pass, and nothing without one', () => {
    const set = grant({ AWS: alice.arn })
    expect(may(federated, set)).toBe(false)
    expect(may(federated, { ...set, session: openSession })).toBe(true)
    expect(may(federated, { ...set, session })).toBe(false)
    expect(may(federated, { ...set, session: openSession, boundary })).toBe(false)
  })

  it('A11 federated user without a session policy has no rights of the user, and with one at most those', () => {
    expect(may(federated, { identity: [both] })).toBe(false)
    expect(may(federated, { identity: [both], session: openSession })).toBe(true)
    expect(may(federated, { session: openSession })).toBe(false)
  })

  it('A12 root needs no policy, and a Deny of the function or the organization holds', () => {
    expect(may(root, {})).toBe(true)
    expect(may(root, grant({ AWS: alice.arn }))).toBe(true)
    const deny = { Effect: 'Deny', Action: '*', Resource: '*' }
    expect(may(root, { resource: compile('resource', 'fn', { ...deny, Principal: '*' }) })).toBe(false)
    expect(may(root, { scps: [[compile('scp', 'scp', everything), compile('scp', 'scp', deny)]] })).toBe(
      false,
    )
  })

  it('A13 service by its exact name, whatever else there is', () => {
    expect(may(cloudfront, grant({ Service: cloudfront.name }))).toBe(true)
    expect(may(cloudfront, grant({ Service: 'events.amazonaws.com' }))).toBe(false)
    expect(may(cloudfront, { ...grant({ AWS: account }), identity: [both] })).toBe(false)
    expect(may(cloudfront, { ...grant({ Service: cloudfront.name }), boundary, session })).toBe(true)
  })

  it('A14 anonymous by * alone', () => {
    const mayAnonymously = (set: PolicySet): boolean =>
      decide(callUrl(anonymous, functionArn, 'NONE'), set).allowed
    const open = (Principal: unknown): PolicySet => ({
      resource: compile('resource', 'fn', grantUrl(Principal, functionArn, 'NONE'), grantInvoke(Principal)),
    })
    expect(mayAnonymously(open('*'))).toBe(true)
    expect(mayAnonymously(open({ AWS: '*' }))).toBe(true)
    expect(mayAnonymously(open({ AWS: account }))).toBe(false)
    expect(mayAnonymously({ identity: [both] })).toBe(false)
  })
})

describe('facts, 1.2: across accounts every class satisfies the side of the function, and nothing else', () => {
  const foreign = roleSession(otherAccount)
  it.each([
    ['A4', 'its role', { AWS: foreign.roleArn }],
    ['A4', 'its session', { AWS: foreign.arn }],
    ['A5', 'its account', { AWS: otherAccount }],
    ['A6', 'everybody', '*'],
  ])('%s named by %s', (_rule, _named, principal) => {
    const set = grant(principal)
    expect(may(foreign, set)).toBe(false)
    expect(may(foreign, { ...set, identity: [both] })).toBe(true)
    expect(may(foreign, { ...set, identity: [both], boundary })).toBe(false)
    expect(may(foreign, { ...set, identity: [both], session })).toBe(false)
    expect(may(foreign, { ...set, identity: [both], scps: [[compile('scp', 's', silent)]] })).toBe(false)
    expect(may(foreign, { identity: [both] })).toBe(false)
  })

  it('A20 the account of the function says nothing for a caller of another one', () => {
    expect(may(foreign, { ...grant({ AWS: account }), identity: [both] })).toBe(false)
  })

  it('A12 root of another account needs the function alone', () => {
    const foreignRoot = {
      type: 'root',
      account: otherAccount,
      arn: `arn:aws:iam::${otherAccount}:root`,
      id: otherAccount,
    } as const
    expect(may(foreignRoot, {})).toBe(false)
    expect(may(foreignRoot, grant({ AWS: otherAccount }))).toBe(true)
  })
})

describe('facts, 1.3: other kinds of policy', () => {
  const open = compile('scp', 'open', everything)
  const closed = compile('scp', 'closed', silent)
  const linked = {
    ...roleSession(account, '/aws-service-role/ops.amazonaws.com/'),
  }

  it.each<[string, PolicySet['scps'], boolean]>([
    ['no organization', undefined, true],
    ['one open level', [[open]], true],
    ['three open levels', [[open], [open], [open]], true],
    ['one policy of two allows', [[closed, open]], true],
    ['one level of three is silent', [[open], [closed], [open]], false],
    ['one level has no policy', [[open], []], false],
  ])('A17 %s', (_name, scps, expected) => {
    expect(may(alice, { identity: [both], ...(scps && { scps }) })).toBe(expected)
    expect(may(root, scps ? { scps } : {})).toBe(expected)
  })

  it('A17 services and service-linked roles stand above service control policies', () => {
    expect(may(linked, { identity: [both], scps: [[closed]] })).toBe(true)
    expect(may(cloudfront, { ...grant({ Service: cloudfront.name }), scps: [[closed]] })).toBe(true)
    expect(may(anonymous, { ...grant('*'), scps: [[closed]] })).toBe(false)
    expect(decide(callUrl(linked), { identity: [both], unknown: ['scp'] }).actions[0]).not.toHaveProperty(
      'unless',
    )
  })

  it('A16 an Allow in any session policy counts', () => {
    expect(may(app, { identity: [both], session: [...session, ...openSession] })).toBe(true)
  })
})

describe('facts, 1.4: statements', () => {
  const allow = (Resource: string, more: object = {}) =>
    compile('identity', 'i', { ...allowBoth(), Resource, ...more })

  it.each([
    ['F7 the function on an alias', functionArn, aliasArn, false],
    ['F7 the alias on the function', aliasArn, functionArn, false],
    ['F7 the alias on the alias', aliasArn, aliasArn, true],
    ['F7 :* on the function', `${functionArn}:*`, functionArn, false],
    ['F7 :* on the alias', `${functionArn}:*`, aliasArn, true],
    ['B3 a closing * on both', `${functionArn}*`, aliasArn, true],
    ['B3 a closing * on a namesake', `${functionArn}*`, `${functionArn}2`, true],
  ])('%s', (_name, pattern, arn, expected) => {
    expect(may(alice, { identity: [allow(pattern)] }, arn)).toBe(expected)
  })

  it.each([
    ['B1 another case', 'LAMBDA:INVOKEFUNCTION*', true],
    ['B1 * in the middle', 'lambda:*Function*', true],
    ['B1 everything', '*', true],
    ['B1 another service', 'lambdas:InvokeFunction*', false],
  ])('%s', (_name, Action, expected) => {
    expect(may(alice, { identity: [allow('*', { Action })] })).toBe(expected)
  })

  it('B2 NotAction with Deny denies the rest', () => {
    const deny = (NotAction: unknown) =>
      compile('identity', 'd', { Effect: 'Deny', NotAction, Resource: '*' })
    expect(may(alice, { identity: [both, deny([invokeUrl, invoke])] })).toBe(true)
    expect(may(alice, { identity: [both, deny(invokeUrl)] })).toBe(false)
  })

  it('B5 a role with a path is named with it, its session without', () => {
    const pathed = roleSession(account, '/team/')
    expect(may(pathed, grant({ AWS: pathed.roleArn }))).toBe(true)
    expect(may(pathed, grant({ AWS: app.roleArn }))).toBe(false)
    expect(may(pathed, grant({ AWS: pathed.arn }))).toBe(true)
  })

  it('B6 NotPrincipal spares whom it lists with the account, and nobody with a boundary', () => {
    const deny = (...names: string[]) =>
      compile('resource', 'fn', { Effect: 'Deny', NotPrincipal: { AWS: names }, Action: '*', Resource: '*' })
    const open = compile('boundary', 'open', everything)
    expect(may(alice, { identity: [both], resource: deny(alice.arn, rootArn) })).toBe(true)
    expect(may(alice, { identity: [both], resource: deny(alice.arn) })).toBe(false)
    expect(may(alice, { identity: [both], resource: deny(rootArn) })).toBe(false)
    expect(may(alice, { identity: [both], resource: deny(alice.arn, rootArn), boundary: open })).toBe(false)
  })
})

describe('facts, 1.1: the two actions', () => {
  it('F1 both must be allowed, wherever each of them is', () => {
    const onlyUrl = compile('identity', 'i', { ...allowBoth(), Action: invokeUrl })
    expect(may(alice, { identity: [onlyUrl] })).toBe(false)
    expect(
      may(alice, {
        identity: [onlyUrl],
        resource: compile('resource', 'fn', grantInvoke({ AWS: alice.arn })),
      }),
    ).toBe(true)
  })

  it('F3 a grant through the URL does not open the API', () => {
    const request = createApiRequest({
      principal: alice,
      action: invoke,
      resource: functionArn,
      resourceAccount: account,
      http: { sourceIp: '203.0.113.10', secureTransport: true, region: 'us-east-1' },
      now: new Date('2026-11-22T12:00:00Z'),
    })
    expect(decide(request, grant({ AWS: alice.arn })).allowed).toBe(false)
  })

  it('F9 an unsigned request stops before the policies, F4 unless the URL is public', () => {
    expect(decide(callUrl(anonymous), grant('*')).stage).toBe('authentication')
    expect(decide(callUrl(alice, functionArn, 'NONE'), { identity: [both] }).allowed).toBe(false)
  })
})

describe('the vectors', () => {
  it('hold every rule that they name', () => {
    const vectors = JSON.parse(
      readFileSync(new URL('../vectors/decisions.json', import.meta.url), 'utf8'),
    ) as {
      rules: Record<string, string>
      cases: { rules: string[] }[]
    }
    const held = new Set(vectors.cases.flatMap(({ rules }) => rules))
    expect(Object.keys(vectors.rules).filter((rule) => !held.has(rule))).toEqual([])
  })
})
