import type { HmacKey } from '#sha256'
import { getPathRules, type PathRules } from './canonical-path.ts'
import { formatScope } from './canonical-request.ts'
import { assertText } from './credentials.ts'
import type { SignOptions } from './signable-request.ts'
import { getSigningKey } from './signing-key.ts'

/** What all requests of one caller have in common on one day. */
export interface Signer {
  /** The access key id and the scope, as `Credential` wants them. */
  readonly credential: string
  readonly scopeText: string
  readonly key: HmacKey
  readonly pathRules: PathRules
}

// A caller signs again and again with the same credentials, and a token is long.
let last:
  | (Signer & SignOptions['credentials'] & { date: string; region: string; service: string })
  | undefined

/**
 * Checks credentials, region and service, and prepares what does not change from one request to the next.
 * @param options credentials, region and service
 * @param date the day, `yyyymmdd`
 * @returns the signer
 * @throws TypeError naming what is missing or malformed; never its value
 */
export function getSigner({ credentials, region, service }: SignOptions, date: string): Signer {
  const { accessKeyId, secretAccessKey, sessionToken } = credentials
  if (
    last?.secretAccessKey === secretAccessKey &&
    last.accessKeyId === accessKeyId &&
    last.sessionToken === sessionToken &&
    last.date === date &&
    last.region === region &&
    last.service === service
  ) {
    return last
  }
  assertText('accessKeyId', accessKeyId, /^[!-.0-~]+$/, 'printable ASCII without blanks and slashes')
  assertText('secretAccessKey', secretAccessKey)
  if (sessionToken !== undefined) assertText('sessionToken', sessionToken)
  assertText('region', region, /^[\w-]+$/, 'one region such as us-east-1 (SigV4a is not served)')
  assertText('service', service, /^[\w-]+$/, 'a signing name such as lambda')
  const scope = { date, region, service }
  const scopeText = formatScope(scope)
  const credential = accessKeyId + '/' + scopeText
  const key = getSigningKey(credential, secretAccessKey, scope)
  const pathRules = getPathRules(service)
  return (last = { ...credentials, ...scope, credential, scopeText, key, pathRules })
}
