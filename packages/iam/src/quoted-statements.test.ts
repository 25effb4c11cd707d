import { describe, expect, it } from 'vitest'
import {
  account,
  alice,
  allowBoth,
  callUrl,
  compile,
  functionArn,
  grantInvoke,
  grantUrl,
  http,
  invoke,
  invokeUrl,
  now,
  roleSession,
} from './testing/cases.ts'
import type { PolicySet } from './decision.ts'
import { explain } from './explain.ts'
import type { ComparedElement, Explanation } from './explanation.ts'
import type { StatementRef } from './policy.ts'
import { createAssumeRoleRequest } from './trust.ts'

const otherArn = `${functionArn}-old`
const written = ({ statements = [] }: Explanation): unknown[] => statements.map((quote) => quote.written)
const named = ({ statements = [] }: Explanation): unknown[] =>
  statements.map(({ statement: { policy, sid, index } }) => [policy.type, policy.name, sid, index])

function compared({ actions }: Explanation, at = 0): readonly ComparedElement[] {
  const action = actions[at]
  return action === undefined || action.allowed ? [] : [...action.nearest, ...(action.denying ?? [])]
}

/** Every statement that is compared is quoted, once. */
function explainQuoted(policies: PolicySet, principal = alice): Explanation {
  const explanation = explain(callUrl(principal), policies)
  const keys = (refs: readonly StatementRef[]): string[] =>
    refs.map(({ policy, index }) => `${policy.type} ${policy.name} ${index}`)
  const quoted = keys((explanation.statements ?? []).map(({ statement }) => statement))
  const spoken = [...compared(explanation), ...compared(explanation, 1)].map(({ statement }) => statement)
  expect(new Set(quoted).size).toBe(quoted.length)
  expect(quoted).toEqual(expect.arrayContaining(keys(spoken)))
  return explanation
}

describe('the statements of an explanation', () => {
  const missed = { Sid: 'CallOld', ...allowBoth(otherArn) }
  const open = compile('identity', 'open', allowBoth())

  it.each(['identity', 'boundary', 'session', 'scp'] as const)('quote a near one of kind %s', (kind) => {
    const near = compile(kind, 'limits', missed)
    const sets: Readonly<Record<typeof kind, PolicySet>> = {
      identity: { identity: [near] },
      boundary: { identity: [open], boundary: near },
      session: { identity: [open], session: [near] },
      scp: { identity: [open], scps: [[near]] },
    }
    const explanation = explainQuoted(sets[kind])
    expect(named(explanation)).toEqual([[kind, 'limits', 'CallOld', 0]])
    expect(written(explanation)).toEqual([missed])
    for (const at of [0, 1])
      expect(compared(explanation, at)).toMatchObject([
        { element: 'Resource', wanted: otherArn, got: functionArn },
      ])
  })

  it('quote a near one of a function and of a role', () => {
    const grant = grantUrl({ AWS: alice.arn }, functionArn, 'NONE')
    const resource = compile('resource', functionArn, grant, grantInvoke({ AWS: alice.arn }))
    expect(written(explainQuoted({ resource }))).toEqual([grant])
    const trust = {
      Effect: 'Allow',
      Principal: { AWS: alice.arn },
      Action: 'sts:AssumeRole',
      Condition: { StringEquals: { 'sts:ExternalId': '4711' } },
    }
    const request = createAssumeRoleRequest({
      principal: alice,
      roleArn: `arn:aws:iam::${account}:role/app`,
      roleSessionName: 's1',
      http,
      now,
    })
    const explanation = explain(request, { resource: compile('trust', 'of role app', trust) })
    expect(written(explanation)).toEqual([trust])
    expect(compared(explanation)).toMatchObject([
      { element: 'Condition.StringEquals.sts:ExternalId', wanted: '4711', got: 'no such key' },
    ])
  })

  it('show principals as AWS does: ARNs for the unique ids of those who exist', () => {
    const app = roleSession()
    const principals = ['AROANAMESAKEEXAMPLE01', 'AROAGONEEXAMPLE000001']
    const resource = compile('resource', functionArn, grantUrl({ AWS: principals }))
    const namesake = app.roleArn.replace(account, '444455556666')
    const explanation = explain(
      callUrl(app),
      { resource },
      { resolveUniqueId: (id) => (id === principals[0] ? namesake : undefined) },
    )
    expect(written(explanation)).toMatchObject([{ Principal: { AWS: [namesake, principals[1]] } }])
    expect(compared(explanation)).toMatchObject([
      { element: 'Principal', wanted: `${namesake} (${principals[0]}), ${principals[1]}` },
    ])
  })

  it('are what denies, with what made it apply beyond Action, Resource and everybody', () => {
    const office = {
      Sid: 'OnlyFromTheOffice',
      Effect: 'Deny',
      Action: 'lambda:*',
      Resource: '*',
      Condition: {
        NotIpAddress: { 'aws:SourceIp': ['192.0.2.0/24', '198.51.100.0/24'] },
        Null: { 'aws:PrincipalTag/team': 'true' },
      },
    }
    const explanation = explainQuoted({ identity: [open, compile('identity', 'rules', office)] })
    expect(named(explanation)).toEqual([['identity', 'rules', 'OnlyFromTheOffice', 0]])
    expect(written(explanation)).toEqual([office])
    for (const at of [0, 1])
      expect(compared(explanation, at)).toMatchObject([
        {
          element: 'Condition.NotIpAddress.aws:SourceIp',
          wanted: '192.0.2.0/24, 198.51.100.0/24',
          got: http.sourceIp,
        },
        { element: 'Condition.Null.aws:PrincipalTag/team', wanted: 'true', got: 'no such key' },
      ])
    const plain = { Effect: 'Deny', Action: '*', Resource: '*' }
    const everybody = compile('resource', functionArn, { ...plain, Principal: '*' })
    const refusal = explainQuoted({ identity: [open], resource: everybody })
    expect(written(refusal)).toEqual([{ ...plain, Principal: '*' }])
    expect(refusal.actions[0]).not.toHaveProperty('denying')
    const others = { AWS: [`arn:aws:iam::${account}:user/bob`, alice.arn] }
    const elements = [
      { Principal: others, Action: '*', NotResource: otherArn },
      { NotPrincipal: { AWS: `arn:aws:iam::${account}:user/bob` }, NotAction: 's3:*', Resource: '*' },
    ].flatMap((statement) => {
      const resource = compile('resource', functionArn, { Effect: 'Deny', ...statement })
      return compared(explainQuoted({ resource })).map(({ element, wanted, got }) => [element, wanted, got])
    })
    expect(elements).toEqual([
      ['Principal', others.AWS.join(', '), alice.arn],
      ['NotResource', `anything but ${otherArn}`, functionArn],
      ['NotPrincipal', `anybody but arn:aws:iam::${account}:user/bob`, alice.arn],
      ['NotAction', 'anything but s3:*', invokeUrl],
    ])
  })

  it('are three of an action at most, and none that is longer than 16,384 characters', () => {
    const few = (count: number, effect: string): object[] =>
      Array.from({ length: count }, (_, at) => ({
        Effect: effect,
        Action: invoke,
        Resource: effect === 'Deny' ? '*' : `${otherArn}-${at}`,
      }))
    const identity = compile('identity', 'many', ...few(9, 'Allow'))
    expect(explainQuoted({ identity: [identity] }).statements).toHaveLength(3)
    const denies = compile('identity', 'denies', ...few(9, 'Deny'))
    const denied = explain(callUrl(alice), { identity: [denies] })
    expect(denied.statements).toHaveLength(3)
    expect(denied.actions[1]).toMatchObject({ by: { length: 9 } })

    const resources = Array.from({ length: 400 }, (_, at) => `${otherArn}-${at}`)
    const long = explain(callUrl(alice), {
      identity: [compile('identity', 'long', allowBoth(), { ...allowBoth(), Resource: resources })],
      boundary: compile('boundary', 'long', { ...allowBoth(), Resource: resources }),
    })
    expect(long).not.toHaveProperty('statements')
    const [first] = compared(long)
    const wanted = first?.wanted ?? ''
    expect(first?.got).toBe(functionArn)
    expect(wanted.length).toBeLessThanOrEqual(1025)
    expect(wanted).toMatch(/:my-fn-old-\d+…$/)
    expect(resources).toContain(wanted.slice(0, -1).split(', ').at(-1))
  })

  it('cut a value that is too long by itself', () => {
    const condition = { StringEquals: { 'aws:UserAgent': 'x'.repeat(5_000) } }
    const policy = compile('identity', 'agent', { ...allowBoth(), Condition: condition })
    expect(compared(explainQuoted({ identity: [policy] }))[0]?.wanted).toBe(`${'x'.repeat(1024)}…`)
  })

  it('are absent where none came near, and of what is allowed', () => {
    expect(explain(callUrl(alice), {})).not.toHaveProperty('statements')
    expect(explain(callUrl(alice), { identity: [open] })).not.toHaveProperty('statements')
  })
})
