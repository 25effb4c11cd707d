import { expect, it } from 'vitest'
import { createCredentialsOf } from './session.ts'
import type { Selection } from './target.ts'

const onAws: Selection = {
  kind: 'aws',
  target: { kind: 'aws', region: 'eu-west-1', credentials: { accessKeyId: 'AKIA', secretAccessKey: '' } },
}

it.each([
  ['user', 'arn:aws:iam::111122223333:user/shop', 'without --as, with --profile <profile of the user>'],
  ['account', '111122223333', 'name a role or a function'],
  ['service', 'cloudfront.amazonaws.com', 'name a role or a function'],
  ['everyone', '*', 'name a role or a function'],
] as const)('makes no keys of a %s of AWS, and asks for none', async (kind, principal, suggestion) => {
  await expect(createCredentialsOf(onAws, { kind, principal })).rejects.toMatchObject({
    code: 'no-keys',
    message: `There are no keys to sign as ${principal}.`,
    tryThis: suggestion,
  })
})
