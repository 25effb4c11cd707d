/** The page's own server: whoever is logged in gets keys of a role for a quarter of an hour. */
import { createAwsTarget, createClients } from '@furlong/aws'

export async function createKeys(roleArn: string, user: string): Promise<Response> {
  const sts = await createClients(await createAwsTarget()).sts()
  const { Credentials: made } = await sts.assumeRole({
    RoleArn: roleArn,
    RoleSessionName: user,
    DurationSeconds: 900,
  })
  const keys = {
    accessKeyId: made?.AccessKeyId,
    secretAccessKey: made?.SecretAccessKey,
    sessionToken: made?.SessionToken,
    expiration: made?.Expiration,
  }
  return Response.json(keys, { headers: { 'cache-control': 'no-store' } })
}
