import { getPathRules, type PathRules } from './canonical-path.ts'
import { assertText } from './credentials.ts'
import type { SignOptions } from './signable-request.ts'
import { getSigningKey, type SigningKey } from './signing-key.ts'

/** What all requests of one caller have in common on one day. */
export interface Signer {
  /** The access key id and the scope, as `Credential` wants them. */
  readonly credential: string
  readonly key: SigningKey
  readonly sessionToken: string | undefined
  readonly pathRules: PathRules
}

// A caller signs again and again with the same credentials, and a token is long.
let last: Signer | undefined

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
    last !== undefined &&
    last.key.secretAccessKey === secretAccessKey &&
    last.key.accessKeyId === accessKeyId &&
    last.sessionToken === sessionToken &&
    last.key.date === date &&
    last.key.region === region &&
    last.key.service === service
  ) {
    return last
  }
  assertText('accessKeyId', accessKeyId, /^[!-.0-~]+$/, 'printable ASCII without blanks and slashes')
  assertText('secretAccessKey', secretAccessKey)
  if (sessionToken !== undefined) assertText('sessionToken', sessionToken)
  assertText('region', region, /^[\w-]+$/, 'one region such as us-east-1 (SigV4a is not served)')
  assertText('service', service, /^[\w-]+$/, 'a signing name such as lambda')
  const key = getSigningKey(accessKeyId, secretAccessKey, { date, region, service })
  const credential = accessKeyId + '/' + key.scopeText
  return (last = { key, sessionToken, credential, pathRules: getPathRules(service) })
}
