import { describe, expect, it } from 'vitest'
import {
  account,
  alice,
  aliasArn,
  allowBoth,
  authType,
  callUrl,
  compile,
  functionArn,
  grantInvoke,
  grantUrl,
  http,
  invoke,
  invokeUrl,
  now,
  otherAccount,
  roleSession,
} from './testing/cases.ts'
import type { PolicySet } from './decision.ts'
import { decide } from './decide.ts'
import { compilePolicy } from './compile.ts'
import { createApiRequest, createFunctionUrlRequest } from './contexts.ts'
import type { AccessRequest } from './contexts.ts'
import { explain } from './explain.ts'
import type { Explanation, ExplainOptions, Fix } from './explanation.ts'
import { applyFix } from './fixes.ts'
import { parsePolicy } from './parse-policy.ts'
import { createAssumeRoleRequest } from './trust.ts'
import { createStatementId } from './url-permissions.ts'

const app = roleSession()
const foreignApp = roleSession(otherAccount)
const role = { AWS: app.roleArn }
const foreignRole = { AWS: foreignApp.roleArn }

const addUrl: Fix & { kind: 'add-permission' } = {
  kind: 'add-permission',
  functionArn,
  statementId: createStatementId(app.roleArn, 'url'),
  action: invokeUrl,
  principal: app.roleArn,
  functionUrlAuthType: 'AWS_IAM',
}
const addInvoke: Fix & { kind: 'add-permission' } = {
  kind: 'add-permission',
  functionArn,
  statementId: createStatementId(app.roleArn, 'invoke'),
  action: invoke,
  principal: app.roleArn,
  invokedViaFunctionUrl: true,
}
const documentForBoth = JSON.stringify({
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Action: invokeUrl, Resource: functionArn },
    {
      Effect: 'Allow',
      Action: invoke,
      Resource: functionArn,
      Condition: { Bool: { 'lambda:InvokedViaFunctionUrl': 'true' } },
    },
  ],
})

const silentResource = { type: 'resource', verdict: 'silent' }

/** For several statements of one policy. */
function withoutSid(statement: object): object {
  return { ...statement, Sid: undefined }
}

/** Explains, and holds what must hold of every plan: all of it leads to Allow, and less does not. */
function explainProved(
  request: AccessRequest,
  policies: PolicySet,
  options: ExplainOptions = {},
): Explanation {
  const explanation = explain(request, policies, options)
  expect(explanation.allowed).toBe(false)
  const apply = (fixes: readonly Fix[]) =>
    decide(
      request,
      fixes.reduce((set, fix) => applyFix(set, fix, request, options), policies),
    )
  if (explanation.fixes.length > 0) {
    expect(apply(explanation.fixes).allowed).toBe(true)
    for (const fix of explanation.fixes) {
      expect(apply(explanation.fixes.filter((other) => other !== fix)).allowed).toBe(false)
    }
  }
  return explanation
}

describe('explain() of a function URL', () => {
  it('(a) no policy anywhere: two permissions for the role', () => {
    const { says, notes, fixes, actions } = explainProved(callUrl(app), {})
    expect(says).toBe(
      'Role app may not call the function URL of my-fn, because no policy allows lambda:InvokeFunctionUrl or lambda:InvokeFunction: add two permissions to the function.',
    )
    expect(notes).toEqual([
      'A function URL needs both actions since October 2025; one alone still ends in a 403.',
    ])
    expect(fixes).toEqual([addUrl, addInvoke])
    for (const action of actions) {
      expect(action).toMatchObject({
        allowed: false,
        kind: 'implicit-deny',
        blame: ['identity'],
        nearest: [],
      })
    }
  })

  it('(b) only lambda:InvokeFunctionUrl granted: the one missing permission', () => {
    const { says, fixes, actions } = explainProved(callUrl(app), {
      resource: compile('resource', functionArn, grantUrl(role)),
    })
    expect(says).toBe(
      'Role app is allowed lambda:InvokeFunctionUrl, but lambda:InvokeFunction is missing, and since October 2025 a function URL needs both: add the missing permission to the function.',
    )
    expect(fixes).toEqual([addInvoke])
    expect(actions[0]).toMatchObject({
      action: invokeUrl,
      allowed: true,
      by: [{ sid: 'grant-url', index: 0 }],
    })
    expect(actions[1]).toMatchObject({
      policies: [
        { type: 'scp', verdict: 'absent' },
        { type: 'resource', verdict: 'silent' },
        { type: 'identity', verdict: 'absent' },
        { type: 'boundary', verdict: 'absent' },
        { type: 'session', verdict: 'absent' },
      ],
    })
  })

  it('(c) across accounts, only the function allows: a policy on the role', () => {
    const { says, fixes } = explainProved(callUrl(foreignApp), {
      resource: compile('resource', functionArn, grantUrl(foreignRole), grantInvoke(foreignRole)),
    })
    expect(says).toBe(
      "The function's policy lets role app of account 444455556666 in, but that account must allow the call, too, and no identity policy of role app allows lambda:InvokeFunctionUrl or lambda:InvokeFunction: put a policy on role app.",
    )
    expect(fixes).toEqual([
      {
        kind: 'put-role-policy',
        principalArn: foreignApp.roleArn,
        callerAccount: otherAccount,
        policyName: 'furlong-call-my-fn',
        document: documentForBoth,
      },
    ])
  })

  it("(d) across accounts, only the caller's side allows: two permissions", () => {
    const { says, fixes } = explainProved(callUrl(foreignApp), {
      identity: [compile('identity', 'call', allowBoth())],
    })
    expect(says).toBe(
      'Role app of account 444455556666 is allowed the call by its own account, but the policy of the function in account 111122223333 must allow it, too, and does not allow lambda:InvokeFunctionUrl or lambda:InvokeFunction: add two permissions to the function.',
    )
    expect(fixes).toEqual([
      {
        ...addUrl,
        principal: foreignApp.roleArn,
        statementId: createStatementId(foreignApp.roleArn, 'url'),
      },
      {
        ...addInvoke,
        principal: foreignApp.roleArn,
        statementId: createStatementId(foreignApp.roleArn, 'invoke'),
      },
    ])
  })

  it('across accounts, half a policy on either side: both actions again, under a free name', () => {
    const half = { ...allowBoth(), Action: invokeUrl }
    const { says, notes, fixes } = explainProved(callUrl(foreignApp), {
      resource: compile('resource', functionArn, grantUrl(foreignRole), grantInvoke(foreignRole)),
      identity: [compile('identity', 'furlong-call-my-fn', half)],
    })
    expect(says).toBe(
      "The function's policy lets role app of account 444455556666 in, but that account must allow the call, too, and no identity policy of role app allows lambda:InvokeFunction: put a policy on role app.",
    )
    expect(notes).toEqual([
      'A function URL needs both actions since October 2025; one alone still ends in a 403.',
    ])
    expect(fixes).toMatchObject([{ policyName: 'furlong-call-my-fn-2', document: documentForBoth }])
  })

  it('across accounts with nothing at all: both sides', () => {
    const { fixes, notes } = explainProved(callUrl(foreignApp), {})
    expect(fixes.map(({ kind }) => kind)).toEqual(['add-permission', 'add-permission', 'put-role-policy'])
    expect(notes).toContain(
      'The caller is of another account: the policy of the function and those of role app must both allow.',
    )
  })

  it('(e) explicit deny: the statement that denies', () => {
    const deny = { Sid: 'NoInvoke', Effect: 'Deny', Action: invoke, Resource: '*' }
    const { says, fixes, actions } = explainProved(callUrl(app), {
      resource: compile('resource', functionArn, grantUrl(role), grantInvoke(role)),
      identity: [compile('identity', 'guard', deny)],
    })
    expect(says).toBe(
      'Statement "NoInvoke" of identity policy "guard" denies lambda:InvokeFunction to role app, and a Deny always wins: remove it, or exempt role app.',
    )
    expect(fixes).toEqual([
      {
        kind: 'remove-deny',
        statement: { policy: { type: 'identity', name: 'guard' }, sid: 'NoInvoke', index: 0 },
      },
    ])
    expect(actions[1]).toMatchObject({ kind: 'explicit-deny', blame: ['identity'] })
  })

  it('says when a Deny holds because its key is absent, and what else is missing', () => {
    const deny = {
      Effect: 'Deny',
      Action: 'lambda:*',
      Resource: '*',
      Condition: { StringNotEquals: { 'aws:SourceVpc': 'vpc-1' } },
    }
    const { says, notes, fixes } = explainProved(callUrl(app), {
      identity: [compile('identity', 'guard', deny)],
    })
    expect(says).toBe(
      'Statement 1 of identity policy "guard" denies lambda:InvokeFunctionUrl and lambda:InvokeFunction to role app, and a Deny always wins: remove it, or exempt role app, and add two permissions to the function.',
    )
    expect(notes).toEqual([
      'A call of a function URL never has aws:SourceVpc, and StringNotEquals holds without it: this denies every such call. Add the condition "Null": {"aws:SourceVpc": "false"}, or leave lambda:InvokeFunctionUrl and lambda:InvokeFunction out.',
    ])
    expect(fixes.map(({ kind }) => kind)).toEqual(['remove-deny', 'add-permission', 'add-permission'])
  })

  it('(f) a statement for AuthType NONE', () => {
    const { says, notes, fixes, actions } = explainProved(callUrl(app), {
      resource: compile('resource', functionArn, grantUrl(role, functionArn, 'NONE'), grantInvoke(role)),
    })
    expect(says).toBe(
      'Statement "grant-url" of the function\'s policy is for AuthType NONE, but the function URL of my-fn has AuthType AWS_IAM, so that lambda:InvokeFunctionUrl is not granted: add the missing permission to the function.',
    )
    expect(notes).toEqual([])
    expect(fixes).toEqual([addUrl])
    expect(actions[0]).toMatchObject({
      nearest: [
        {
          statement: { sid: 'grant-url' },
          element: 'Condition.StringEquals.lambda:FunctionUrlAuthType',
          wanted: 'NONE',
          got: 'AWS_IAM',
        },
      ],
    })
  })

  it('(g) policy on the function, URL on an alias', () => {
    const policy = compile('resource', functionArn, grantUrl(role), grantInvoke(role))
    const expected =
      'The URL belongs to alias live, but statement "grant-url" of the function\'s policy is for the function itself, which is another resource: add two permissions to alias live.'
    const request = callUrl(app, aliasArn)
    const fixes = [
      { ...addUrl, functionArn: aliasArn },
      { ...addInvoke, functionArn: aliasArn },
    ]
    const given = explainProved(request, { resource: policy })
    expect(given.says).toBe(expected)
    expect(given.fixes).toEqual(fixes)
    expect(given.notes).toEqual([
      `Here the resource is ${aliasArn}. A function, each of its aliases and each of its versions have policies of their own.`,
    ])
    const related = explainProved(request, {}, { related: [policy] })
    expect(related.says).toBe(expected)
    expect(related.fixes).toEqual(fixes)
  })

  it('policy on an alias, URL on the function', () => {
    const { says } = explainProved(callUrl(app), {
      resource: compile('resource', functionArn, grantUrl(role, aliasArn), grantInvoke(role, aliasArn)),
    })
    expect(says).toBe(
      'The URL belongs to the function itself, but statement "grant-url" of the function\'s policy is for alias live, which is another resource: add two permissions to the function.',
    )
  })

  it.each([
    ['my-fm', 'is for function my-fm, but the URL belongs to function my-fn'],
    ['my-f', 'is for function my-f, but the URL belongs to function my-fn'],
    ['my-fnn', 'is for function my-fnn, but the URL belongs to function my-fn'],
    ['My-Fn', 'is for function My-Fn, but the URL belongs to function my-fn'],
  ])('an identity policy whose Resource is mistyped: %s', (name, expected) => {
    const arn = functionArn.replace('my-fn', name)
    const { says, notes, fixes } = explainProved(callUrl(app), {
      identity: [compile('identity', 'app', allowBoth(arn))],
    })
    expect(says).toBe(
      `Statement 1 of identity policy "app" ${expected}: correct its Resource, or add two permissions to the function.`,
    )
    expect(notes).toEqual([`Here the resource is ${functionArn}.`])
    expect(fixes).toEqual([addUrl, addInvoke])
  })

  it.each([
    [functionArn.replace('us-east-1', 'eu-west-1'), ' in eu-west-1', ' in us-east-1'],
    [functionArn.replace(account, otherAccount), ` of account ${otherAccount}`, ` of account ${account}`],
    [
      functionArn.replace('us-east-1', 'eu-west-1').replace(account, otherAccount),
      ` in eu-west-1 of account ${otherAccount}`,
      ` in us-east-1 of account ${account}`,
    ],
  ])('an identity policy for the function of that name elsewhere: %s', (arn, there, here) => {
    const { says } = explainProved(callUrl(app), { identity: [compile('identity', 'app', allowBoth(arn))] })
    expect(says).toContain(`is for function my-fn${there}, but the URL belongs to function my-fn${here}: `)
  })

  it.each(['orders', 'my-fn2', 'my-other', 'm', 'my-ab'])('a grant for function %s is no mistake', (name) => {
    const identity = [compile('identity', 'app', allowBoth(functionArn.replace('my-fn', name)))]
    const { says } = explainProved(callUrl(app), { identity })
    expect(says).toContain('because no policy allows')
  })

  it('(h) the unique id of a deleted role', () => {
    const dead = { AWS: 'AROAOLDAPPDELETED0001' }
    const resource = compile(
      'resource',
      functionArn,
      { ...grantUrl(dead), Sid: addUrl.statementId },
      { ...grantInvoke(dead), Sid: addInvoke.statementId },
    )
    const known = explainProved(callUrl(app), { resource }, { resolveUniqueId: () => undefined })
    expect(known.says).toBe(
      `Statement "${addUrl.statementId}" of the function's policy names AROAOLDAPPDELETED0001, the unique id of a deleted role, and a role made again under the same name has a new id: remove the 2 statements of deleted principals, and add two permissions to the function.`,
    )
    expect(known.notes).toEqual([
      'AWS stores the id behind an ARN, so that a new role does not inherit the grants of an old one: grant role app again.',
      `Lambda adds no permission while the function's policy names somebody who was deleted: statements "${addUrl.statementId}" and "${addInvoke.statementId}" name such a principal and must go first; they admit nobody any more.`,
    ])
    // The ids of the dead statements are free again by then.
    expect(known.fixes).toEqual([
      { kind: 'remove-permission', functionArn, statementId: addUrl.statementId },
      { kind: 'remove-permission', functionArn, statementId: addInvoke.statementId },
      addUrl,
      addInvoke,
    ])
    // AWS shows the ids of the living as ARNs.
    expect(explainProved(callUrl(app), { resource })).toEqual(known)
  })

  it('every statement of a deleted principal goes before anything is added, whoever it was', () => {
    const sids = ['team-url', 'batch', 'gone']
    const live = 'AROALIVEEXAMPLE00001'
    const resource = compile(
      'resource',
      functionArn,
      { ...grantUrl({ AWS: 'AROAOLDAPPDELETED0001' }), Sid: 'team-url' },
      { ...grantInvoke({ AWS: 'AROAOTHERDELETED00002' }, aliasArn), Sid: 'batch' },
      { ...grantUrl({ AWS: live }), Sid: 'live' },
      { ...grantInvoke({ AWS: 'AIDAUSERDELETED000003' }), Sid: 'gone' },
    )
    const options = {
      resolveUniqueId: (id: string) => (id === live ? `arn:aws:iam::${account}:role/x` : undefined),
    }
    const { says, notes, fixes } = explainProved(callUrl(app), { resource }, options)
    expect(fixes).toEqual([
      ...sids.map((statementId) => ({ kind: 'remove-permission', functionArn, statementId })),
      addUrl,
      addInvoke,
    ])
    const [, ...additions] = fixes
    const refused = additions.reduce((set: PolicySet, fix) => applyFix(set, fix, callUrl(app), options), {
      resource,
    })
    expect(refused.resource?.policy.statements.map(({ sid }) => sid)).toEqual(['team-url', 'live'])
    expect(refused.resource?.allows).toHaveLength(2)
    // Nothing tells that one of them was for an earlier app.
    expect(says).toBe(
      'Role app may not call the function URL of my-fn, because no policy allows lambda:InvokeFunctionUrl or lambda:InvokeFunction: remove the 3 statements of deleted principals, and add two permissions to the function.',
    )
    expect(notes).toContain(
      'Statement "team-url" of the function\'s policy names AROAOLDAPPDELETED0001, the unique id of a deleted role, perhaps an earlier app.',
    )
    expect(notes).toContain(
      'Lambda adds no permission while the function\'s policy names somebody who was deleted: statements "team-url", "batch" and "gone" name such a principal and must go first; they admit nobody any more.',
    )
  })

  it('a deleted principal is not in the way of an identity policy', () => {
    const resource = compile(
      'resource',
      functionArn,
      { ...grantUrl(foreignRole), Sid: 'url' },
      { ...grantInvoke(foreignRole), Sid: 'invoke' },
      { ...grantInvoke({ AWS: 'AROAOTHERDELETED00002' }), Sid: 'gone' },
    )
    const { fixes, notes } = explainProved(callUrl(foreignApp), { resource })
    expect(fixes).toMatchObject([{ kind: 'put-role-policy', principalArn: foreignApp.roleArn }])
    expect(notes.join(' ')).not.toContain('deleted')
  })

  it('does not take a grant to somebody else for a near miss', () => {
    const other = `arn:aws:iam::${account}:role/recipes`
    const nothing = explain(callUrl(app), {})
    const resource = (...principals: string[]) =>
      compile(
        'resource',
        functionArn,
        ...principals.flatMap((AWS) => [grantUrl({ AWS }), grantInvoke({ AWS })].map(withoutSid)),
      )
    const byArn = explainProved(callUrl(app), { resource: resource(other) })
    const byId = explainProved(
      callUrl(app),
      { resource: resource('AROAOTHEREXAMPLE00001') },
      { resolveUniqueId: () => other },
    )
    for (const { says, notes, fixes, actions } of [byArn, byId]) {
      expect({ says, notes, fixes }).toEqual({
        says: nothing.says,
        notes: nothing.notes,
        fixes: nothing.fixes,
      })
      for (const action of actions) {
        expect(action).toMatchObject({ policies: expect.arrayContaining([silentResource]), nearest: [] })
      }
    }
    // Among several the one that resembles the caller is told, wherever it stands.
    const dead = 'AROAOLDAPPDELETED0001'
    const { notes } = explainProved(
      callUrl(app),
      { resource: resource('AROAOTHEREXAMPLE00001', dead) },
      { resolveUniqueId: (id) => (id === dead ? undefined : other) },
    )
    expect(notes.join(' ')).toMatch(
      /Statement 3 of the function's policy names AROAOLDAPPDELETED0001, the unique id of/,
    )
  })

  it('shows the ARN of an id that a namesake has', () => {
    const namesake = { AWS: 'AROAOTHEREXAMPLE00001' }
    const { says, notes, actions } = explainProved(
      callUrl(app),
      { resource: compile('resource', functionArn, grantUrl(namesake), grantInvoke(namesake)) },
      { resolveUniqueId: () => foreignApp.roleArn },
    )
    expect(says).toBe(
      `Statement "grant-url" of the function's policy is for ${foreignApp.roleArn}, but the caller is ${app.roleArn} (session ${app.arn}): add two permissions to the function.`,
    )
    expect(notes).toEqual([
      'ARNs are compared as a whole: account, path, and for a session its name must be the same.',
    ])
    expect(actions[0]).toMatchObject({
      nearest: [{ element: 'Principal', wanted: `${foreignApp.roleArn} (AROAOTHEREXAMPLE00001)` }],
    })
  })

  it('a session of the role under another name', () => {
    const session = { AWS: app.arn.replace(/s1$/, 'other') }
    const { says } = explainProved(callUrl(app), {
      resource: compile('resource', functionArn, grantUrl(session), grantInvoke(session)),
    })
    expect(says).toBe(
      `Statement "grant-url" of the function's policy names ${session.AWS}, but the caller is ${app.roleArn} (session ${app.arn}): add two permissions to the function.`,
    )
  })

  it('(i) :root only delegates', () => {
    const root = { AWS: `arn:aws:iam::${account}:root` }
    const { says, fixes } = explainProved(callUrl(app), {
      resource: compile('resource', functionArn, grantUrl(root), grantInvoke(root)),
    })
    expect(says).toBe(
      'Statement "grant-url" of the function\'s policy names account 111122223333, which grants nothing by itself but lets the account\'s own policies decide, and no identity policy of role app allows lambda:InvokeFunctionUrl or lambda:InvokeFunction: put a policy on role app.',
    )
    expect(fixes).toEqual([
      {
        kind: 'put-role-policy',
        principalArn: app.roleArn,
        policyName: 'furlong-call-my-fn',
        document: documentForBoth,
      },
    ])
  })

  it('(j) a permissions boundary caps a role ARN', () => {
    const resource = compile('resource', functionArn, grantUrl(role), grantInvoke(role))
    const limit = { Effect: 'Allow', Action: 's3:*', Resource: '*' }
    const { says, notes, fixes, actions } = explainProved(callUrl(app), {
      resource,
      boundary: compile('boundary', 'team-limits', limit),
    })
    const introduction = 'Statements to add to permissions boundary "team-limits": '
    const added = notes.find((note) => note.startsWith(introduction))?.slice(introduction.length) ?? '[]'
    const statements = JSON.parse(added) as object[]
    expect(statements).toEqual((JSON.parse(documentForBoth) as { Statement: object[] }).Statement)
    const widened = compile('boundary', 'team-limits', limit, ...statements)
    expect(decide(callUrl(app), { resource, boundary: widened }).allowed).toBe(true)
    expect(says).toBe(
      'Permissions boundary "team-limits" of role app does not allow lambda:InvokeFunctionUrl or lambda:InvokeFunction, and it caps every grant to a role: allow lambda:InvokeFunctionUrl and lambda:InvokeFunction in it.',
    )
    expect(fixes).toEqual([])
    expect(actions[0]).toMatchObject({
      blame: ['boundary'],
      nearest: [{ element: 'Action', wanted: 's3:*', got: invokeUrl }],
    })
  })

  it('does not propose an exception to a NotPrincipal that a boundary makes useless', () => {
    const everything = { Effect: 'Allow', Action: '*', Resource: '*' }
    const policies = {
      identity: [compile('identity', 'i', everything)],
      resource: compile('resource', functionArn, {
        Sid: 'only-bob',
        Effect: 'Deny',
        NotPrincipal: { AWS: `arn:aws:iam::${account}:user/bob` },
        Action: '*',
        Resource: '*',
      }),
    }
    const capped = { ...policies, boundary: compile('boundary', 'open', everything) }
    expect(explainProved(callUrl(alice), policies).says).toMatch(/: remove it, or exempt user alice\.$/)
    expect(explainProved(callUrl(alice), capped).says).toMatch(/: remove it\.$/)
  })

  it('says that a grant alone is not enough under a boundary', () => {
    const { notes, fixes } = explain(callUrl(app), {
      boundary: compile('boundary', 'team-limits', { Effect: 'Allow', Action: 's3:*', Resource: '*' }),
    })
    expect(fixes).toEqual([addUrl, addInvoke])
    expect(notes).toContain(
      'That alone is not enough: the permissions boundary "team-limits" must allow it, too.',
    )
  })

  it('(k) a statement for lambda.amazonaws.com', () => {
    const service = { Service: 'lambda.amazonaws.com' }
    const { says, notes, fixes } = explainProved(callUrl(app), {
      resource: compile('resource', functionArn, grantUrl(service), grantInvoke(service)),
    })
    expect(says).toBe(
      'Statement "grant-url" of the function\'s policy lets the service lambda.amazonaws.com in, but the caller is role app: add two permissions to the function.',
    )
    expect(notes).toEqual([
      'A service principal stands for AWS itself. A function that calls a URL does so as its execution role, never as lambda.amazonaws.com.',
    ])
    expect(fixes).toEqual([addUrl, addInvoke])
  })

  it('(l) both actions under a FunctionUrlAuthType condition', () => {
    const both = {
      Sid: 'both',
      Effect: 'Allow',
      Principal: role,
      Action: [invokeUrl, invoke],
      Resource: functionArn,
      Condition: authType('AWS_IAM'),
    }
    const { says, notes, fixes } = explainProved(callUrl(app), {
      resource: compile('resource', functionArn, both),
    })
    expect(says).toBe(
      'Statement "both" of the function\'s policy grants lambda:InvokeFunction under a condition on lambda:FunctionUrlAuthType, but that key exists only for lambda:InvokeFunctionUrl, so that lambda:InvokeFunction is never granted: add the missing permission to the function.',
    )
    expect(notes).toEqual([
      'Each of the two actions needs a statement of its own: the conditions that narrow them differ.',
    ])
    expect(fixes).toEqual([addInvoke])
  })

  it('a role ARN without its path', () => {
    const withPath = roleSession(account, '/svc/')
    const { says } = explainProved(callUrl(withPath), {
      resource: compile('resource', functionArn, grantUrl(role), grantInvoke(role)),
    })
    expect(says).toBe(
      `Statement "grant-url" of the function's policy names ${app.roleArn}, but the caller is ${withPath.roleArn} (session ${withPath.arn}): add two permissions to the function.`,
    )
  })

  it('a condition that does not hold', () => {
    const { says } = explainProved(callUrl(alice), {
      identity: [
        compile('identity', 'office', {
          ...allowBoth(),
          Condition: { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } },
        }),
      ],
    })
    expect(says).toBe(
      'Statement 1 of identity policy "office" would allow lambda:InvokeFunctionUrl, but its condition IpAddress aws:SourceIp wants 10.0.0.0/8, and the request has 203.0.113.10: meet the condition, or add two permissions to the function.',
    )
  })

  it('a session policy and a service control policy name themselves', () => {
    const granted = { resource: compile('resource', functionArn, grantUrl(role), grantInvoke(role)) }
    const urlOnly = { Effect: 'Allow', Action: invokeUrl, Resource: '*' }
    const all = { Effect: 'Allow', Action: '*', Resource: '*' }
    expect(
      explainProved(callUrl(app), { ...granted, session: [compile('session', 's', urlOnly)] }).says,
    ).toBe(
      'The session policy of role app does not allow lambda:InvokeFunction, and a session policy caps what the session is granted: ask for credentials with a session policy that allows lambda:InvokeFunction.',
    )
    const scps = [[compile('scp', 'FullAccess', all)], [compile('scp', 'UrlOnly', urlOnly)]]
    expect(explainProved(callUrl(app), { ...granted, scps }).says).toBe(
      'Service control policy "UrlOnly" does not allow lambda:InvokeFunction, and every level of the organization has to: ask the administrator of the organization.',
    )
  })

  it('AuthType NONE needs the policy, too', () => {
    const { says, notes, fixes } = explainProved(callUrl(alice, functionArn, 'NONE'), {
      identity: [compile('identity', 'call', allowBoth())],
    })
    expect(says).toBe(
      "An anonymous caller may not call the function URL of my-fn, because the function's policy does not allow lambda:InvokeFunctionUrl or lambda:InvokeFunction: add two permissions to the function.",
    )
    expect(notes).toContain(
      "With AuthType NONE every caller is anonymous, signed or not, and the function's policy alone decides.",
    )
    expect(fixes).toEqual([
      {
        ...addUrl,
        statementId: 'FunctionURLAllowPublicAccess',
        principal: '*',
        functionUrlAuthType: 'NONE',
      },
      { ...addInvoke, statementId: 'FunctionURLAllowInvokeAction', principal: '*' },
    ])
  })

  it('an unsigned request', () => {
    const { says, fixes } = explainProved(callUrl({ type: 'anonymous' }), {})
    expect(says).toBe(
      'The request is not signed, and the function URL of my-fn has AuthType AWS_IAM, so that it was refused before any policy was read: sign it with Signature Version 4 for the service lambda.',
    )
    expect(fixes).toEqual([])
  })

  it('CloudFront keeps its distribution in the fix', () => {
    const sourceArn = `arn:aws:cloudfront::${account}:distribution/E1ABC`
    const request = callUrl({ type: 'service', name: 'cloudfront.amazonaws.com', sourceArn })
    const { fixes } = explainProved(request, {
      resource: compile('resource', functionArn, {
        Effect: 'Allow',
        Principal: { Service: 'cloudfront.amazonaws.com' },
        Action: invokeUrl,
        Resource: functionArn,
        Condition: { ArnLike: { 'AWS:SourceArn': sourceArn } },
      }),
    })
    expect(fixes).toEqual([
      {
        ...addInvoke,
        statementId: createStatementId(sourceArn, 'invoke'),
        principal: 'cloudfront.amazonaws.com',
        sourceArn,
      },
    ])
  })

  it('makes valid statement ids of any role name', () => {
    const { fixes } = explainProved(callUrl(roleSession(account, '/', 'a.b+c=d,e@f')), {})
    for (const fix of fixes) {
      expect(fix.kind === 'add-permission' && fix.statementId).toMatch(/^[\w-]{1,100}$/)
    }
  })

  it('tells who granted an allowed call', () => {
    const { allowed, says, fixes } = explain(callUrl(app), {
      resource: compile('resource', functionArn, grantUrl(role), grantInvoke(role)),
    })
    expect(allowed).toBe(true)
    expect(fixes).toEqual([])
    expect(says).toBe(
      'Role app may call the function URL of my-fn: granted by statement "grant-url" of the function\'s policy and statement "grant-invoke" of the function\'s policy.',
    )
  })
})

describe('explain() with what people never guess', () => {
  const both = compile('resource', functionArn, grantUrl(role), grantInvoke(role))
  const limits = compile('boundary', 'limits', { Effect: 'Allow', Action: 's3:*', Resource: '*' })
  const sessionArnNote = `A grant to the ARN of the session itself, ${app.arn}, is not capped, but it is good for that one session name only.`

  function explainCondition(condition: object, Version?: '2008-10-17'): Explanation {
    const statement = { ...allowBoth(), Condition: condition }
    const document = JSON.stringify({ Version: Version ?? '2012-10-17', Statement: statement })
    const identity = [compilePolicy(parsePolicy(document, 'identity'), { type: 'identity', name: 'i' })]
    return explainProved(callUrl(alice), { identity })
  }

  it('a session ARN is not capped by what caps its role, and it is so', () => {
    const capped = { resource: both, boundary: limits }
    expect(explain(callUrl(app), capped).notes).toContain(sessionArnNote)
    const session = { AWS: app.arn }
    const toSession = compile('resource', functionArn, grantUrl(session), grantInvoke(session))
    expect(decide(callUrl(app), { ...capped, resource: toSession }).allowed).toBe(true)
    const cappedSession = {
      resource: both,
      session: [compile('session', 's', { ...allowBoth(), Action: 's3:*' })],
    }
    expect(explain(callUrl(app), cappedSession).notes).toContain(sessionArnNote)
  })

  it('says nothing of session ARNs where they do not help', () => {
    const capped = { identity: [compile('identity', 'i', allowBoth())], boundary: limits }
    expect(explain(callUrl(alice), capped).notes.join(' ')).not.toContain('session')
    const abroad = compile('resource', functionArn, grantUrl(foreignRole), grantInvoke(foreignRole))
    const { notes } = explain(callUrl(foreignApp), { ...capped, resource: abroad })
    expect(notes.join(' ')).not.toContain('session')
  })

  it('a resource control policy is never the cause, where there is an organization', () => {
    const note = 'A resource control policy cannot be the cause: it does not cover Lambda.'
    const full = compile('scp', 'FullAccess', { Effect: 'Allow', Action: '*', Resource: '*' })
    expect(explain(callUrl(app), { scps: [[full]] }).notes).toContain(note)
    const organizations = { [account]: { id: 'o-1', paths: ['o-1/r-1/'] } }
    const inOne = createFunctionUrlRequest({
      principal: app,
      functionArn,
      authType: 'AWS_IAM',
      http,
      now,
      organizations,
    })
    expect(explain(inOne, {}).notes).toContain(note)
    expect(explain(callUrl(app), {}).notes).not.toContain(note)
    const deny = compile('identity', 'd', { Effect: 'Deny', Action: '*', Resource: '*' })
    expect(explain(inOne, { identity: [deny] }).notes).not.toContain(note)
  })

  it.each([
    [
      { StringEquals: { 'aws:PrincipalArn': `arn:aws:iam::${account}:user/*` } },
      /plain characters here\. Write StringLike/,
    ],
    [{ StringEquals: { 'aws:SourceIp': '203.0.113.0/24' } }, /letter by letter: .* Write IpAddress\.$/],
    [{ Bool: { 'aws:SecureTransport': 'yes' } }, /never matches "yes": it compares with true or false/],
    [
      { StringEquals: { 'aws:SourceVpc': 'vpc-1' } },
      /never has aws:SourceVpc: this statement never allows one/,
    ],
  ])('a condition that reads otherwise than it decides: %j', (condition, note) => {
    const { notes } = explainCondition(condition)
    expect(notes).toHaveLength(1)
    expect(notes[0]).toMatch(note)
  })

  it('a variable without the version that has them, and only where there is one', () => {
    expect(
      explainCondition({ StringEquals: { 'aws:userid': '${aws:username}' } }, '2008-10-17').notes,
    ).toEqual([
      'Without "Version": "2012-10-17" a variable is plain text, so that "${aws:username}" stands for itself. Write "Version": "2012-10-17".',
    ])
    expect(explainCondition({ StringEquals: { 'aws:userid': 'x' } }, '2008-10-17').notes).toEqual([])
  })

  it('warns of nothing that does not bear on the request', () => {
    const other = {
      Effect: 'Allow',
      Action: 's3:*',
      Resource: '*',
      Condition: { Bool: { 'aws:SecureTransport': 'yes' } },
    }
    expect(explain(callUrl(alice), { identity: [compile('identity', 'i', other)] }).notes).toHaveLength(1)
  })

  it('tells for each kind of policy that it leaves the decision, is silent, absent or not known', () => {
    const root = { AWS: `arn:aws:iam::${account}:root` }
    const findings = (policies: PolicySet) => {
      const [action] = explain(callUrl(app), policies).actions
      if (action === undefined || action.allowed) throw new Error('It was to be refused.')
      return Object.fromEntries(action.policies.map(({ type, verdict }) => [type, verdict]))
    }
    const resource = compile('resource', functionArn, grantUrl(root), grantInvoke(root))
    expect(findings({ resource, identity: [limits] })).toMatchObject({
      resource: 'delegates',
      identity: 'silent',
    })
    expect(findings({ resource, boundary: limits, unknown: ['identity', 'boundary'] })).toEqual({
      scp: 'absent',
      resource: 'delegates',
      identity: 'unknown',
      boundary: 'unknown',
      session: 'absent',
    })
    const deny = compile('scp', 'd', { Effect: 'Deny', Action: '*', Resource: '*' })
    expect(findings({ scps: [[deny]], unknown: ['scp'] })).toMatchObject({ scp: 'denies' })
  })

  it('leaves service control policies out of what is said about a service', () => {
    const deny = compile('scp', 'd', { Effect: 'Deny', Action: '*', Resource: '*' })
    const request = callUrl({ type: 'service', name: 'cloudfront.amazonaws.com' })
    expect(explain(request, { scps: [[deny]] }).actions[0]).toMatchObject({
      policies: expect.arrayContaining([{ type: 'scp', verdict: 'absent' }]),
    })
  })

  it('an own account that nobody here can read is not accused, and gets no second policy', () => {
    const resource = compile('resource', functionArn, grantUrl(foreignRole))
    const { says, notes, fixes } = explain(callUrl(foreignApp), { resource, unknown: ['identity'] })
    expect(says).toBe(
      'The policy of the function in account 111122223333 does not allow lambda:InvokeFunction to role app of account 444455556666: add the missing permission to the function.',
    )
    expect(notes).toContain('The identity policy could not be read, and must allow the call, too.')
    expect(fixes).toMatchObject([{ kind: 'add-permission', action: invoke }])
  })
})

describe('explain() of an API call', () => {
  it('a grant for the URL does not open Invoke', () => {
    const request = createApiRequest({
      principal: alice,
      action: invoke,
      resource: functionArn,
      resourceAccount: account,
      http,
      now,
    })
    const viaUrl = { Bool: { 'lambda:InvokedViaFunctionUrl': 'true' } }
    const { says } = explainProved(request, {
      identity: [
        compile('identity', 'url', {
          Effect: 'Allow',
          Action: invoke,
          Resource: functionArn,
          Condition: viaUrl,
        }),
      ],
    })
    expect(says).toBe(
      'Statement 1 of identity policy "url" allows lambda:InvokeFunction through the function URL only (lambda:InvokedViaFunctionUrl), and this is a direct call of the API: call the URL, or put a policy on user alice.',
    )
  })

  it('an action without a resource', () => {
    const request = createApiRequest({
      principal: app,
      action: 'lambda:ListFunctions',
      resource: '*',
      resourceAccount: account,
      http,
      now,
    })
    const { says, fixes } = explainProved(request, {})
    expect(says).toBe(
      'Role app may not use lambda:ListFunctions, because no policy allows it: put a policy on role app.',
    )
    expect(fixes[0]).toMatchObject({ kind: 'put-role-policy', policyName: 'furlong-lambda-ListFunctions' })
  })

  it('a trust policy that names somebody else, and one that delegates', () => {
    const request = createAssumeRoleRequest({
      principal: alice,
      roleArn: `arn:aws:iam::${account}:role/target`,
      http,
      now,
    })
    const service = {
      Effect: 'Allow',
      Principal: { Service: 'lambda.amazonaws.com' },
      Action: 'sts:AssumeRole',
    }
    expect(explainProved(request, { resource: compile('trust', 'target', service) }).says).toBe(
      `The trust policy of arn:aws:iam::${account}:role/target does not allow sts:AssumeRole to ${alice.arn}: name the caller in the trust policy.`,
    )
    const delegating = { ...service, Principal: { AWS: account } }
    const delegated = explainProved(request, { resource: compile('trust', 'target', delegating) })
    expect(delegated.says).toBe(
      `Statement 1 of trust policy "target" names account ${account}, which grants nothing by itself but lets the account's own policies decide, and no identity policy of user alice allows sts:AssumeRole: put a policy on user alice.`,
    )
    expect(delegated.fixes[0]).toMatchObject({ kind: 'put-user-policy', principalArn: alice.arn })
  })
})
