import { createHmacKey, hmacBytes, type HmacKey } from '#sha256'
import { type CredentialScope, terminator } from './canonical-request.ts'

interface CachedKey {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly scopeText: string
  readonly key: HmacKey
}

const encoder = new TextEncoder()
const cachedKeys = 64
const cache = new Map<string, CachedKey>()
let last: CachedKey | undefined

/**
 * Derives a signing key, or takes the one derived before for the same credential, day, region and service.
 * @param accessKeyId the credential's public part; part of the cache's key
 * @param secretAccessKey the credential's secret part
 * @param scope the day, region and service
 * @param scopeText the same, written
 * @returns a prepared HMAC key
 */
export function getSigningKey(
  accessKeyId: string,
  secretAccessKey: string,
  scope: CredentialScope,
  scopeText: string,
): HmacKey {
  if (
    last !== undefined &&
    last.scopeText === scopeText &&
    last.accessKeyId === accessKeyId &&
    last.secretAccessKey === secretAccessKey
  ) {
    return last.key
  }
  const name = accessKeyId + '/' + scopeText
  const cached = cache.get(name)
  if (cached && cached.secretAccessKey === secretAccessKey) {
    last = cached
    return cached.key
  }
  const key = deriveSigningKey(secretAccessKey, scope)
  if (cache.size >= cachedKeys) {
    const oldest = cache.keys().next()
    if (!oldest.done) cache.delete(oldest.value)
  }
  last = { accessKeyId, secretAccessKey, scopeText, key }
  cache.set(name, last)
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
  let key = createHmacKey(encoder.encode('AWS4' + secretAccessKey))
  for (const part of [scope.date, scope.region, scope.service, terminator]) {
    key = createHmacKey(hmacBytes(key, part))
  }
  return key
}
