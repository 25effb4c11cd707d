import { grant } from '@furlong/aws'
import type { Stage } from '../stage.ts'
import type { Hosted } from './host.ts'
import { calleeName } from './names.ts'

/** Step 8: a user of another account, granted by the function's policy, then also by a policy of its own. */
export async function crossAccounts(stage: Stage, { url, functionArn }: Hosted): Promise<void> {
  const { walk, owner, partner } = stage
  walk.step(`A caller of another account, ${partner.accountId}`)
  const iam = await partner.clients.iam()
  const { User } = await iam.createUser({ UserName: 'partner' })
  const { AccessKey } = await iam.createAccessKey({ UserName: 'partner' })
  const userArn = User?.Arn ?? ''
  const credentials = {
    accessKeyId: AccessKey?.AccessKeyId ?? '',
    secretAccessKey: AccessKey?.SecretAccessKey ?? '',
  }
  walk.sent(`grant ${calleeName} to ${userArn}`)
  const granted = await grant(owner.target, { functionName: calleeName, to: userArn })
  walk.came(`${granted.statements.length} statements in the function’s policy`)
  walk.sent('GET /book?page=5, signed by the partner')
  stage.conclude(
    'other account, resource policy alone',
    403,
    await stage.get(`${url}book?page=5`, credentials),
  )

  walk.sent(`PutUserPolicy in ${partner.accountId}: both actions on ${functionArn}`)
  await iam.putUserPolicy({
    UserName: 'partner',
    PolicyName: 'call-books',
    PolicyDocument: granted.identityPolicy ?? '',
  })
  walk.sent('GET /book?page=5, signed by the partner')
  stage.conclude(
    'other account, its own policy as well',
    200,
    await stage.get(`${url}book?page=5`, credentials),
  )
}
