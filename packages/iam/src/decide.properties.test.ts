import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { account, alice, callUrl, compile, functionArn, otherAccount, roleSession } from './testing/cases.ts'
import type { CompiledPolicy } from './compile.ts'
import type { PolicySet } from './decision.ts'
import { decide } from './decide.ts'
import { explain } from './explain.ts'
import { applyFix } from './fixes.ts'
import type { PolicyKind } from './policy.ts'

const principals = [
  alice,
  roleSession(),
  roleSession(otherAccount),
  { type: 'root', account, arn: `arn:aws:iam::${account}:root`, id: account },
  { type: 'service', name: 'lambda.amazonaws.com' },
  {
    type: 'federated-user',
    account,
    arn: `arn:aws:sts::${account}:federated-user/alice`,
    userArn: alice.arn,
    name: 'alice',
    id: `${account}:alice`,
  },
] as const

const callers = fc.constantFrom(...principals)
const named = fc.constantFrom(
  '*',
  { AWS: account },
  { AWS: alice.arn },
  { AWS: roleSession().roleArn },
  { AWS: roleSession().arn },
  { AWS: roleSession(otherAccount).roleArn },
  { AWS: otherAccount },
  { Service: 'lambda.amazonaws.com' },
)
const conditions = fc.constantFrom(
  {},
  { StringEquals: { 'lambda:FunctionUrlAuthType': 'AWS_IAM' } },
  { Bool: { 'lambda:InvokedViaFunctionUrl': 'true' } },
  { StringNotEquals: { 'aws:SourceVpc': 'vpc-1' } },
  { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } },
)
const body = fc.record({
  Effect: fc.constantFrom('Allow', 'Allow', 'Allow', 'Deny'),
  Action: fc.constantFrom('*', 'lambda:*', 'lambda:InvokeFunctionUrl', 'lambda:InvokeFunction', 's3:*'),
  Resource: fc.constantFrom('*', functionArn, `${functionArn}:live`),
  Condition: conditions,
})
const statementsOf = (kind: PolicyKind) =>
  fc.array(
    kind === 'resource' ? fc.tuple(body, named).map(([rest, Principal]) => ({ ...rest, Principal })) : body,
    {
      minLength: 1,
      maxLength: 4,
    },
  )

type Statements = Partial<Record<PolicyKind, object[]>>

const statementSets: fc.Arbitrary<Statements> = fc.record(
  {
    identity: statementsOf('identity'),
    resource: statementsOf('resource'),
    boundary: statementsOf('boundary'),
    session: statementsOf('session'),
    scp: statementsOf('scp'),
  },
  { requiredKeys: [] },
)

function createPolicySet(statements: Statements): PolicySet {
  const policy = (kind: PolicyKind): CompiledPolicy | undefined =>
    statements[kind] && compile(kind, kind, ...statements[kind])
  const [identity, resource, boundary, session, scp] = (
    ['identity', 'resource', 'boundary', 'session', 'scp'] as const
  ).map(policy)
  return {
    ...(identity && { identity: [identity] }),
    ...(resource && { resource }),
    ...(boundary && { boundary }),
    ...(session && { session: [session] }),
    ...(scp && { scps: [[scp]] }),
  }
}

const countAllowed = (set: PolicySet, caller: (typeof principals)[number]): string[] =>
  decide(callUrl(caller), set).actions.flatMap(({ action, allowed }) => (allowed ? [action] : []))

describe('decide(), whatever the policies', () => {
  it('a further Deny never allows more', () => {
    fc.assert(
      fc.property(statementSets, callers, body, named, (statements, caller, added, Principal) => {
        const before = countAllowed(createPolicySet(statements), caller)
        for (const kind of Object.keys(statements) as PolicyKind[]) {
          const deny = { ...added, Effect: 'Deny', ...(kind === 'resource' && { Principal }) }
          const more = { ...statements, [kind]: [...(statements[kind] ?? []), deny] }
          for (const action of countAllowed(createPolicySet(more), caller)) expect(before).toContain(action)
        }
      }),
    )
  })

  it('the order of statements never matters', () => {
    fc.assert(
      fc.property(statementSets, callers, (statements, caller) => {
        const reversed: Statements = {}
        for (const kind of Object.keys(statements) as PolicyKind[]) {
          reversed[kind] = [...(statements[kind] ?? [])].reverse()
        }
        const strip = (set: PolicySet) =>
          decide(callUrl(caller), set).actions.map((verdict) => ({ ...verdict, by: [] }))
        expect(strip(createPolicySet(reversed))).toEqual(strip(createPolicySet(statements)))
      }),
    )
  })

  it('without an Allow nobody but the root user is allowed anything', () => {
    fc.assert(
      fc.property(statementSets, callers, (statements, caller) => {
        const denies: Statements = {}
        for (const kind of Object.keys(statements) as PolicyKind[]) {
          denies[kind] = (statements[kind] ?? []).map((statement) => ({ ...statement, Effect: 'Deny' }))
        }
        const allowed = countAllowed(createPolicySet(denies), caller)
        if (caller.type !== 'root') expect(allowed).toEqual([])
      }),
    )
  })

  it('names an origin for every allow and a culprit for every refusal', () => {
    fc.assert(
      fc.property(statementSets, callers, (statements, caller) => {
        for (const verdict of decide(callUrl(caller), createPolicySet(statements)).actions) {
          if (!verdict.allowed) expect(verdict.blame.length).toBeGreaterThan(0)
          else if (caller.type !== 'root') expect(verdict.by.length).toBeGreaterThan(0)
        }
      }),
    )
  })
})

describe('explain(), whatever the policies', () => {
  it('agrees with decide(), says something, and its plan works unless it names what remains', () => {
    fc.assert(
      fc.property(statementSets, callers, (statements, caller) => {
        const set = createPolicySet(statements)
        const request = callUrl(caller)
        const decision = decide(request, set)
        const explanation = explain(request, set)
        expect(explanation.allowed).toBe(decision.allowed)
        expect(explanation.says).toMatch(/^[A-Z].*\.$/)
        if (decision.allowed || explanation.fixes.length === 0) return
        const after = explanation.fixes.reduce((policies, fix) => applyFix(policies, fix, request), set)
        const isNotEnough = explanation.notes.some((note) => note.startsWith('That alone is not enough'))
        expect(decide(request, after).allowed).toBe(!isNotEnough)
      }),
    )
  })
})
