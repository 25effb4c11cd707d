/** Temporary keys from a Cognito identity pool, for `createSignedFetch({ credentials: … })`; no SDK needed. */
import type { ExpiringCredentials } from '@furlong/fetch'

interface Pool {
  readonly endpoint: string
  readonly identityPoolId: string
  /** Gives the provider's name and the user's id token. */
  readonly logins: () => Readonly<Record<string, string>>
}

export function fromIdentityPool(pool: Pool): () => Promise<ExpiringCredentials> {
  return async () => {
    const Logins = pool.logins()
    const { IdentityId } = await call(pool, 'GetId', { IdentityPoolId: pool.identityPoolId, Logins })
    const { Credentials } = await call(pool, 'GetCredentialsForIdentity', { IdentityId, Logins })
    return {
      accessKeyId: Credentials.AccessKeyId,
      secretAccessKey: Credentials.SecretKey,
      sessionToken: Credentials.SessionToken,
      expiration: new Date(Credentials.Expiration * 1000),
    }
  }
}

async function call({ endpoint }: Pool, operation: string, input: object) {
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': `AWSCognitoIdentityService.${operation}`,
    },
    body: JSON.stringify(input),
  })
  if (!response.ok) throw new Error(`${operation}: ${response.status} ${await response.text()}`)
  return response.json()
}
