import { createChainedKey, type HmacKey } from '#sha256'
import { type CredentialScope, formatScope, terminator } from './canonical-request.ts'

/** A signing key, and the scope it holds for. */
export interface SigningKey extends CredentialScope {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  /** The scope as it is written. */
  readonly scopeText: string
  readonly hmac: HmacKey
}

const cachedKeys = 64
const longestCachedName = 256
const cache = /* @__PURE__ */ new Map<string, SigningKey>()
let last: SigningKey | undefined

/**
 * Derives a signing key, or takes the one derived before for the same credential, day, region and service.
 * @param accessKeyId the credential's public part
 * @param secretAccessKey the credential's secret part
 * @param scope the day, region and service
 * @returns the key
 */
export function getSigningKey(
  accessKeyId: string,
  secretAccessKey: string,
  scope: CredentialScope,
): SigningKey {
  const { date, region, service } = scope
  if (
    last?.accessKeyId === accessKeyId &&
    last.secretAccessKey === secretAccessKey &&
    last.date === date &&
    last.region === region &&
    last.service === service
  ) {
    return last
  }
  const scopeText = formatScope(scope)
  const name = accessKeyId + '/' + scopeText
  let key = cache.get(name)
  if (key?.secretAccessKey !== secretAccessKey) {
    const hmac = deriveSigningKey(secretAccessKey, scope)
    key = { accessKeyId, secretAccessKey, date, region, service, scopeText, hmac }
    // A scope is what a caller claims, and a long one is no scope.
    if (name.length > longestCachedName) return key
    // Simpler than to find the oldest, and no dearer: a full cache is refilled once a day at most.
    if (cache.size >= cachedKeys) cache.clear()
    cache.set(name, key)
  }
  return (last = key)
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
