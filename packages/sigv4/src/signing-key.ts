import { createChainedKey, type HmacKey } from '#sha256'
import { type CredentialScope, terminator } from './canonical-request.ts'

interface CachedKey {
  readonly secretAccessKey: string
  readonly key: HmacKey
}

const cachedKeys = 64
const cache = /* @__PURE__ */ new Map<string, CachedKey>()

/**
 * Derives a signing key, or takes the one derived before for the same credential, day, region and service.
 * @param credential the access key id and the scope, `AKIA…/yyyymmdd/region/service/aws4_request`
 * @param secretAccessKey the credential's secret part
 * @param scope the day, region and service
 * @returns a prepared HMAC key
 */
export function getSigningKey(credential: string, secretAccessKey: string, scope: CredentialScope): HmacKey {
  const cached = cache.get(credential)
  if (cached?.secretAccessKey === secretAccessKey) return cached.key
  const key = deriveSigningKey(secretAccessKey, scope)
  // Simpler than to find the oldest, and no dearer: a full cache is refilled once a day at most.
  if (cache.size >= cachedKeys) cache.clear()
  cache.set(credential, { secretAccessKey, key })
  return key
}

/**
 * Derives a signing key.
 * @param secretAccessKey the credential's secret part
 * @param scope the day, region and service
 * @returns a prepared HMAC key
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function deriveSigningKey(secretAccessKey: string, scope: CredentialScope): HmacKey {
  return createChainedKey('AWS4' + secretAccessKey, [scope.date, scope.region, scope.service, terminator])
}
