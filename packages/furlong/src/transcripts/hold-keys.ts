import { listSides, sidesFolder } from '@furlong/local/sides'
import type { Credentials } from '@furlong/sigv4'
import type { Invocation } from '../command.ts'

/**
 * Gathers the credentials that may have signed a request: the shell's, those of the running local sides, and those of AWS's
 * chain when `--aws` or `--profile` asks for them.
 * @param invocation the call of the command
 * @returns the credentials; they are used for a check on this machine and sent nowhere
 * @throws {AwsError} when the chain was asked for and has none
 */
export async function holdKeys({ values, context }: Invocation): Promise<Credentials[]> {
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = context.env
  const keys: Credentials[] = []
  if (AWS_ACCESS_KEY_ID && AWS_SECRET_ACCESS_KEY) {
    keys.push({
      accessKeyId: AWS_ACCESS_KEY_ID,
      secretAccessKey: AWS_SECRET_ACCESS_KEY,
      ...(AWS_SESSION_TOKEN ? { sessionToken: AWS_SESSION_TOKEN } : {}),
    })
  }
  const profile = values.text('profile')
  if (values.flag('aws') || profile !== undefined) {
    const { createAwsTarget, readCredentials, toAwsError } = await import('@furlong/aws')
    try {
      // The region is that of the URL; here it only has to be one.
      const region = values.text('region') ?? 'us-east-1'
      const target = await createAwsTarget({ region, ...(profile === undefined ? {} : { profile }) })
      keys.push(await readCredentials(target.credentials))
    } catch (error) {
      throw toAwsError(error)
    }
  }
  for (const { accounts } of await listSides(sidesFolder(context.env))) keys.push(...accounts)
  return keys
}
