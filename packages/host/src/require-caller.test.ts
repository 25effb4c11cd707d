import { describe, expect, it } from 'vitest'
import type { LambdaApp } from './application.ts'
import { requireCaller } from './require-caller.ts'
import type { CallerRule } from './require-caller.ts'
import { fidelityCaller } from './testing/fidelity.ts'
import { sendBuffered } from './testing/front-door.node.ts'
import { toLambda } from './to-lambda.ts'
import type { NodeListener } from './listener.node.ts'

const own = '111122223333'
const other = '444455556666'
const session = (accountId: string, role: string) => ({
  ...fidelityCaller,
  accountId,
  userArn: `arn:aws:sts::${accountId}:assumed-role/${role}/s`,
})
const user = { ...fidelityCaller, userArn: `arn:aws:iam::${own}:user/team/alice` }
const listener: NodeListener = (_, response) => response.end('in')
const apps: readonly [string, LambdaApp][] = [
  ['a fetch application', () => new Response('in')],
  ['a Node listener', listener],
]

describe.each(apps)('requireCaller() before %s', (_, app) => {
  const ask = async (rule: CallerRule, iam?: typeof fidelityCaller) =>
    sendBuffered(toLambda(requireCaller(rule)(app), { mode: 'buffered' }), {
      event: iam === undefined ? {} : { iam },
    })

  it.each<[string, CallerRule, typeof fidelityCaller | undefined, boolean]>([
    ['a role of the own account', { roles: ['billing'] }, session(own, 'billing'), true],
    ['another role', { roles: ['billing'] }, session(own, 'billing2'), false],
    ['a role of the same name in another account', { roles: ['billing'] }, session(other, 'billing'), false],
    [
      'such a role of a named account',
      { roles: ['billing'], accounts: [other] },
      session(other, 'billing'),
      true,
    ],
    [
      'a role of the own account that is not named',
      { roles: ['billing'], accounts: [other] },
      session(own, 'billing'),
      false,
    ],
    ['a user where roles are asked for', { roles: ['alice'] }, user, false],
    ['anybody of an account', { accounts: [own] }, user, true],
    ['somebody of another account', { accounts: [own] }, session(other, 'x'), false],
    [
      'the ARN of a role with a path',
      { arns: [`arn:aws:iam::${other}:role/a/b/billing`] },
      session(other, 'billing'),
      true,
    ],
    [
      'that ARN in another account',
      { arns: [`arn:aws:iam::${other}:role/billing`] },
      session(own, 'billing'),
      false,
    ],
    [
      'that ARN in another partition',
      { arns: [`arn:aws-cn:iam::${own}:role/billing`] },
      session(own, 'billing'),
      false,
    ],
    [
      'a role whose name begins with it',
      { arns: [`arn:aws:iam::${own}:role/billing`] },
      session(own, 'billing-x'),
      false,
    ],
    ['the ARN of a user', { arns: [user.userArn] }, user, true],
    [
      'the ARN of one session',
      { arns: [`arn:aws:sts::${own}:assumed-role/billing/s`] },
      session(own, 'billing'),
      true,
    ],
    ['nobody', { accounts: [own] }, undefined, false],
  ])('judges %s', async (__, rule, iam, allowed) => {
    const view = await ask(rule, iam)
    expect(view.statusCode).toBe(allowed ? 200 : 403)
    const text = Buffer.from(view.body).toString()
    if (allowed) expect(text).toBe('in')
    else expect(JSON.parse(text)).toMatchObject({ error: 'CallerNotAllowed' })
  })
})

describe('requireCaller()', () => {
  it.each<CallerRule>([
    {},
    { roles: [] },
    { roles: ['arn:aws:iam::111122223333:role/x'] },
    { roles: ['a/b'] },
    { accounts: ['1'] },
    { arns: ['*'] },
    { arns: ['arn:aws:iam::111122223333:role/*\n'] },
  ])('refuses the rule %j', (rule) => {
    expect(() => requireCaller(rule)).toThrow(TypeError)
  })
})
