import { describe, expect, it } from 'vitest'
import { resolvePrincipal } from './principal.ts'
import type { Clients } from './target.ts'

/** For forms that say all there is to know. */
const untouched: Clients = { lambda: refuse, iam: refuse, sts: refuse }

function refuse(): never {
  throw new Error('no client is needed here')
}

describe('resolvePrincipal()', () => {
  it.each([
    ['arn:aws:iam::444455556666:role/team/app', 'role', 'arn:aws:iam::444455556666:role/team/app'],
    ['arn:aws-cn:iam::444455556666:user/ann', 'user', 'arn:aws-cn:iam::444455556666:user/ann'],
    ['arn:aws:iam::444455556666:root', 'account', '444455556666'],
    ['444455556666', 'account', '444455556666'],
  ])('takes %s for a %s', async (to, kind, principal) => {
    expect(await resolvePrincipal(to, untouched)).toMatchObject({
      kind,
      principal,
      accountId: '444455556666',
    })
  })

  it('refuses services', async () => {
    await expect(resolvePrincipal('lambda.amazonaws.com', untouched)).rejects.toMatchObject({
      code: 'ServicePrincipalRefused',
    })
  })

  it.each([
    'arn:aws:iam::aws:role/app',
    'arn:aws:iam::444455556666:role/',
    'arn:aws:iam::444455556666:group/all',
    'arn:aws:s3:::books',
    'no caller',
  ])('finds no caller in "%s"', async (to) => {
    await expect(resolvePrincipal(to, untouched)).rejects.toMatchObject({ code: 'PrincipalNotFound' })
  })
})
