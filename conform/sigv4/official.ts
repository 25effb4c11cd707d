import type { RawRequest, SignableRequest, SignOptions, VerifyOptions } from '@furlong/sigv4'
import { sha256, signature, toWire } from './reference.ts'
import { dateOf, lookupOf } from './requests.ts'
import { type Check, type CheckGroup, differs, first, type Sigv4 } from './check.ts'
import type { OfficialCase, VectorCredentials } from './vectors.ts'

/**
 * Checks AWS's own test suites.
 * @param sigv4 the package
 * @param cases the cases, none where the suite is absent
 */
export function official(sigv4: Sigv4, cases: readonly OfficialCase[]): CheckGroup[] {
  // A raw blank or UTF-8 in a path cannot go on the wire: once the client has encoded it, twice is right.
  const signable = cases.filter(
    (vector) => vector.normalize && vector.tokenSigned && /^[!-~]*$/.test(vector.path),
  )
  const check = (
    vectors: readonly OfficialCase[],
    run: (vector: OfficialCase) => ReturnType<Check[1]>,
  ): Check[] => vectors.map((vector) => [vector.name, () => run(vector)])
  return [
    { name: 'official suite: canonicalised', checks: check(cases, (vector) => canonicalises(sigv4, vector)) },
    { name: 'official suite: verified', checks: check(cases, (vector) => verifies(sigv4, vector)) },
    { name: 'official suite: signed', checks: check(signable, (vector) => signs(sigv4, vector)) },
    {
      name: 'official suite: presigned',
      checks: check(
        signable.filter((vector) => vector.presign),
        (vector) => presigns(sigv4, vector),
      ),
    },
  ]
}

// What is not normalised is checked as S3 has it, since the service decides how a path is read.
function serviceOf(vector: OfficialCase): string {
  return vector.normalize ? vector.service : 's3'
}

async function receiveCase(vector: OfficialCase, authorization: string): Promise<RawRequest> {
  const rawHeaders = [...vector.headers.flat(), 'X-Amz-Date', vector.date]
  if (vector.token !== null) rawHeaders.push('X-Amz-Security-Token', vector.token)
  if (vector.signBody) rawHeaders.push('X-Amz-Content-Sha256', await sha256(vector.body))
  return {
    method: vector.method,
    target: toWire(vector.path + (vector.query === null ? '' : `?${vector.query}`)),
    rawHeaders: [...rawHeaders, 'Authorization', authorization],
    body: new TextEncoder().encode(vector.body),
  }
}

function verifying(vector: OfficialCase): VerifyOptions {
  const { region, date } = vector
  return { lookup: lookupOf(credentialsOf(vector)), region, service: serviceOf(vector), now: dateOf(date) }
}

// A refusal shows what the server made of the request, so a spoilt signature brings the canonical request to light.
async function canonicalises(sigv4: Sigv4, vector: OfficialCase): Promise<string | undefined> {
  const authorization = scoped(vector).replace(/Signature=.*/, `Signature=${'0'.repeat(64)}`)
  const result = sigv4.verify(await receiveCase(vector, authorization), verifying(vector))
  if (result.ok) return 'a spoilt signature was accepted'
  const shown = vector.token === null ? '' : sigv4.maskToken(vector.token)
  const expected = vector.canonicalRequest.replace(
    /^x-amz-security-token:.*$/m,
    `x-amz-security-token:${shown}`,
  )
  return first(
    differs('the canonical request', result.trace.canonicalRequest, expected),
    differs('the string to sign', result.trace.stringToSign, rescope(vector, vector.stringToSign)),
  )
}

async function verifies(sigv4: Sigv4, vector: OfficialCase): Promise<string | undefined> {
  const { region, date, credentials, canonicalRequest } = vector
  const { secretAccessKey } = credentials
  const service = serviceOf(vector)
  const right = await signature(canonicalRequest, { amzDate: date, region, service, secretAccessKey })
  if (vector.normalize && !vector.authorization.endsWith(right))
    return 'the reference disagrees with the vector'
  const authorization = scoped(vector).replace(/Signature=.*/, `Signature=${right}`)
  const result = sigv4.verify(await receiveCase(vector, authorization), verifying(vector))
  if (vector.tokenSigned) return result.ok ? undefined : `refused: ${result.message}`
  // A token added after signing is refused by name: whoever changes it changes the caller.
  const wanted = "'X-Amz-Security-Token' must be a 'SignedHeader' in the AWS Authorization."
  return result.ok
    ? 'a token that is not signed was accepted'
    : differs('the refusal', result.message, wanted)
}

function scoped(vector: OfficialCase): string {
  return rescope(vector, vector.authorization)
}

function rescope(vector: OfficialCase, text: string): string {
  return text.replace(`/${vector.service}/aws4_request`, `/${serviceOf(vector)}/aws4_request`)
}

function signs(sigv4: Sigv4, vector: OfficialCase): string | undefined {
  const signed = sigv4.sign(requestOf(vector), optionsOf(vector))
  if (vector.signBody || vector.body === '') {
    return first(
      differs('the canonical request', signed.canonicalRequest, vector.canonicalRequest),
      differs('Authorization', signed.headers.at(-1)?.[1], vector.authorization),
    )
  }
  // The older suite sends no x-amz-content-sha256 with a body; all else has to agree.
  const rest = (text: string): string =>
    text.replace(/^x-amz-content-sha256:.*\n/m, '').replace(';x-amz-content-sha256', '')
  return differs('the canonical request', rest(signed.canonicalRequest), vector.canonicalRequest)
}

function presigns(sigv4: Sigv4, vector: OfficialCase): string | undefined {
  const expected = vector.presign
  if (!expected) return 'holds nothing presigned'
  const options = { ...optionsOf(vector), expiresInSeconds: expected.expiresIn }
  const presigned = sigv4.presign(requestOf(vector), options)
  return first(
    differs('the canonical request', presigned.canonicalRequest, expected.canonicalRequest),
    differs('the string to sign', presigned.stringToSign, expected.stringToSign),
    differs('the signature', new URL(presigned.url).searchParams.get('X-Amz-Signature'), expected.signature),
  )
}

function credentialsOf({ credentials, token }: OfficialCase): VectorCredentials {
  const { accessKeyId, secretAccessKey } = credentials
  return { accessKeyId, secretAccessKey, ...(token === null ? {} : { sessionToken: token }) }
}

function optionsOf(vector: OfficialCase): SignOptions {
  const { region, service, date } = vector
  return { credentials: credentialsOf(vector), region, service, now: dateOf(date) }
}

function requestOf({ method, path, query, headers, body }: OfficialCase): SignableRequest {
  const url = `https://example.amazonaws.com${path}${query === null ? '' : `?${query}`}`
  return { method, url, headers, ...(body === '' ? {} : { body }) }
}
