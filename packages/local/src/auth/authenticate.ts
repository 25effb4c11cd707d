import type { CanonicalStrings, VerifyOptions, Verification } from '@furlong/sigv4'
import { diagnose, verify } from '@furlong/sigv4'
import { findCaller, type Caller } from './caller.ts'
import { createKeyLookup, expired } from './key-lookup.ts'
import { headerOf, type Exchange } from '../exchange.ts'
import type { RefusedSignature, Refusal } from '../record/record.ts'
import type { LastUse } from '../store/last-uses.ts'
import type { Store } from '../store/store.ts'

/** Who called, or why nobody knows. */
export type Authentication =
  | { readonly ok: true; readonly caller: Caller; readonly verification: Verification & { ok: true } }
  | {
      readonly ok: false
      readonly failure: Verification & { ok: false }
      readonly options: VerifyOptions
    }

/** What a signature must be scoped to. */
export interface SignedScope {
  readonly region: string
  readonly service: string
  /** A fault: whatever signed it counts as expired. */
  readonly isExpired?: boolean
}

/**
 * Several signers sign the host without its port. AWS never sees a port, so they work there; on loopback the same
 * signature is accepted, and the record says so.
 */
function hostsWithoutPort(host: string | undefined): string[] {
  const withoutPort = host?.replace(/:\d+$/, '')
  return withoutPort === undefined || withoutPort === host ? [] : [withoutPort]
}

/**
 * Verifies the signature of a request and names its caller.
 *
 * @param exchange the request; a note is added when only the host without its port matches
 * @param store keys, sessions, users and roles
 * @param scope region and service that the signature must be scoped to
 * @returns the caller, or verify()'s failure with what diagnose() needs
 */
export function authenticate(exchange: Exchange, store: Store, scope: SignedScope): Authentication {
  const { raw, now, recording } = exchange
  const host = headerOf(raw.rawHeaders, 'host')
  const options: VerifyOptions = {
    region: scope.region,
    service: scope.service,
    now,
    lookup: scope.isExpired === true ? () => expired : createKeyLookup(store, now),
    hosts: hostsWithoutPort(host),
  }
  const verification = verify(raw, options)
  if (!verification.ok) return { ok: false, failure: verification, options }
  const caller = findCaller(store, verification.accessKeyId)
  // Keys go with their user, sessions with their role: a key that verified has an owner.
  if (caller === undefined) throw new Error(`Access key ${verification.accessKeyId} has no owner.`)
  noteUse(store, caller, { usedAt: now, region: scope.region, service: scope.service })
  if (verification.signedHost !== host) {
    recording.note(
      `The signature covers host ${verification.signedHost}, without the port of ${host}. It is accepted here because AWS never sees a port; sign the Host header exactly as it is sent to be exact.`,
    )
  }
  return { ok: true, caller, verification }
}

/** IAM tells the last use of users' keys and of roles; of other sessions it tells nothing. */
function noteUse(store: Store, { principal, accessKeyId, principalId }: Caller, use: LastUse): void {
  if (principal.type === 'role-session') store.lastUses.note(principalId, use)
  else if (principal.type === 'user' && principal.issuedAt === undefined)
    store.lastUses.note(accessKeyId, use)
}

/** Keys of another place are the commonest mistake of all, and this side knows the cure. */
const otherCredentials = 'This shell has other credentials: eval "$(npx furlong env)"'

/** What the record says of a signature that does not hold. */
export function explainFailure(
  exchange: Exchange,
  authentication: Authentication & { ok: false },
): Pick<Refusal, 'code' | 'cause' | 'fix' | 'diagnoses' | 'signature'> {
  const { failure, options } = authentication
  const found = diagnose(exchange.raw, options, failure)
  const isProved = found[0]?.proof === 'signature-matches'
  const signature = describeSignature(authentication, isProved, found[0]?.signed)
  return {
    code: failure.code,
    cause: found[0]?.says ?? failure.message,
    diagnoses: found.map(({ cause, says, fix, proof }) => ({ cause, says, fix, proof })),
    ...(signature === undefined ? {} : { signature }),
    ...(failure.code === 'UnrecognizedClientException' ? { fix: otherCredentials } : {}),
  }
}

/** A canonical request may be a megabyte long. */
const longestText = 16_384

function describeSignature(
  { failure: { trace }, options }: Authentication & { ok: false },
  isProved: boolean,
  signed: CanonicalStrings | undefined,
): RefusedSignature | undefined {
  const { canonicalRequest, stringToSign, scope } = trace
  if (canonicalRequest === undefined || stringToSign === undefined || scope === undefined) return undefined
  // The trace has the scope that was claimed; the server wants its own.
  const [algorithm, date, , hash] = stringToSign.split('\n')
  const wanted = `${scope.date}/${options.region}/${options.service}/aws4_request`
  const server = { canonicalRequest, stringToSign: [algorithm, date, wanted, hash].join('\n') }
  // A signature that is right as it stands, and was refused for its scope or its time, is of the request as it came.
  const client = signed ?? (isProved ? { canonicalRequest, stringToSign } : undefined)
  if (client !== undefined && isShort(server) && isShort(client)) return { server, client }
  return { server: { ...server, canonicalRequest: canonicalRequest.slice(0, longestText) } }
}

const isShort = ({ canonicalRequest, stringToSign = '' }: CanonicalStrings): boolean =>
  canonicalRequest.length <= longestText && stringToSign.length <= longestText
