import type { SignedRequest, VerifyOptions } from '@furlong/sigv4'
import { canonicalRequest, type Reading, readings, sha256, signature } from './reference.ts'
import { bytesOf, dateOf, lookupOf, readFields, receive } from './requests.ts'
import { type CheckGroup, differs, first, type Sigv4 } from './check.ts'
import type { PresignCase, UrlCase, VectorCredentials, Vectors } from './vectors.ts'

type File = Vectors['functionUrls']

/**
 * Checks the nasty requests for a function URL.
 * @param sigv4 the package
 * @param file the cases, with what botocore made of them
 */
export function functionUrls(sigv4: Sigv4, file: File): CheckGroup[] {
  const { cases } = file
  // botocore signs a no-break space as a blank, and sends it as it is.
  const emitted = cases.filter((vector) => vector.wire && vector.name !== 'hdr-nbsp')
  return [
    {
      name: 'function URLs: signed as botocore does',
      checks: cases.map((vector) => [vector.name, () => signs(sigv4, file, vector)]),
    },
    ...readings.map((reading) => ({
      name: `function URLs: right under the ${reading} reading`,
      checks: cases.map((vector) => [vector.name, () => holds(sigv4, file, vector, reading)] as const),
    })),
    {
      name: 'function URLs: verified',
      checks: cases.map((vector) => [vector.name, () => verifies(sigv4, file, vector)]),
    },
    {
      name: 'function URLs: verified as botocore signed them',
      checks: emitted.map((vector) => [vector.name, () => verifiesBotocore(sigv4, file, vector)]),
    },
    {
      name: 'function URLs: UNSIGNED-PAYLOAD refused',
      checks: [
        ['by sign', () => refusesToSign(() => signUnsigned(sigv4, file, 'sign'))],
        ['by presign', () => refusesToSign(() => signUnsigned(sigv4, file, 'presign'))],
        ['by verify', () => refusesUnsigned(sigv4, file)],
      ],
    },
    {
      name: 'function URLs: presigned, verified, all readings',
      checks: file.presign.map((vector) => [vector.name, () => presigns(sigv4, file, vector)]),
    },
  ]
}

function bodyOf(vector: UrlCase): Uint8Array | undefined {
  if (vector.bodyBase64 !== undefined) return bytesOf(vector.bodyBase64)
  return vector.body === undefined ? undefined : new TextEncoder().encode(vector.body)
}

function credentialsOf(file: File, token: string | undefined): VectorCredentials {
  return { ...file.credentials, ...(token === undefined ? {} : { sessionToken: token }) }
}

function signCase(sigv4: Sigv4, file: File, vector: UrlCase): SignedRequest {
  const { region, service, date } = file
  const { method, url, headers, token } = vector
  const body = bodyOf(vector)
  // One case is signed with UNSIGNED-PAYLOAD, which `sign` refuses for `lambda` unless told.
  const options = { region, service, now: dateOf(date), allowUnsignedPayload: true }
  const credentials = credentialsOf(file, token)
  return sigv4.sign({ method, url, headers, ...(body ? { body } : {}) }, { ...options, credentials })
}

// hdr-date: a stale Date goes. hdr-hop: X-Forwarded-For stays out. Bodies: their hash is signed as well.
const ours: Readonly<Record<string, RegExp>> = { 'hdr-date': /^date:/, 'hdr-hop': /^x-forwarded-for:/ }

/** Paths that clients send differently, and that are therefore sent encoded: Chromium encodes `|`, Node does not. */
const encodedForAllClients: Readonly<Record<string, string>> = { 'path-brackets': '/a%5B1%5D%257Cb' }

function signs(sigv4: Sigv4, file: File, vector: UrlCase): string | undefined {
  const expected = (vector.onWhatwg ?? vector.botocore).canonicalRequest.split('\n')
  const actual = signCase(sigv4, file, vector).canonicalRequest.split('\n')
  const headersOf = (lines: readonly string[]): string =>
    lines
      .slice(3, -3)
      .filter((line) => !/^x-amz-(?:content-sha256|date):/.test(line) && !ours[vector.name]?.test(line))
      .join('\n')
  return first(
    differs('the method', actual[0], expected[0]),
    differs('the path', actual[1], encodedForAllClients[vector.name] ?? expected[1]),
    differs('the query', actual[2], vector.onParams?.canonicalQuery ?? expected[2]),
    differs('the headers', headersOf(actual), headersOf(expected)),
    differs('the payload hash', actual.at(-1), expected.at(-1)),
  )
}

async function holds(
  sigv4: Sigv4,
  file: File,
  vector: UrlCase,
  reading: Reading,
): Promise<string | undefined> {
  const signed = signCase(sigv4, file, vector)
  const url = new URL(signed.url)
  if (url.href !== signed.url) return `a client would send ${url.href} instead of ${signed.url}`
  const { signedHeaders, signature: given } = readFields(signed.headers.at(-1)?.[1] ?? '')
  const stated = signed.headers.find(([name]) => name.toLowerCase() === 'x-amz-content-sha256')?.[1]
  const request = {
    method: signed.method,
    target: url.pathname + url.search,
    headers: [['host', url.host] as const, ...signed.headers],
    signedHeaders,
    payloadHash: stated ?? (await sha256(bodyOf(vector) ?? '')),
    service: file.service,
  }
  const text = canonicalRequest(request, reading)
  const key = { ...file, amzDate: file.date, secretAccessKey: file.credentials.secretAccessKey }
  return first(
    differs('the canonical request', signed.canonicalRequest, text),
    differs('the signature', given, await signature(text, key)),
  )
}

function verifying(file: File, token: string | undefined): VerifyOptions {
  const lookup = lookupOf(credentialsOf(file, token))
  return {
    lookup,
    region: file.region,
    service: file.service,
    now: dateOf(file.date),
    allowUnsignedPayload: true,
  }
}

function verifies(sigv4: Sigv4, file: File, vector: UrlCase): string | undefined {
  const signed = signCase(sigv4, file, vector)
  const request = receive(signed.method, signed.url, signed.headers, bodyOf(vector))
  const result = sigv4.verify(request, verifying(file, vector.token))
  return result.ok ? differs('the form', result.form, 'header') : `refused: ${result.message}`
}

// Signed by botocore over the encoded parameters where there are any, as AWS's own clients do.
function verifiesBotocore(sigv4: Sigv4, file: File, vector: UrlCase): string | undefined {
  const { sets } = vector.botocore
  const replaced = new Set(['authorization', ...sets.map(([name]) => name.toLowerCase())])
  const kept = vector.headers.filter(([name]) => !replaced.has(name.toLowerCase()))
  const rawHeaders = ['Host', new URL(vector.url).host, ...kept.flat(), ...sets.flat()]
  rawHeaders.push('Authorization', vector.onParams?.authorization ?? vector.botocore.authorization)
  const target = vector.url.replace(/^https:\/\/[^/]*/, '').replace(/#.*/, '')
  const request = {
    method: vector.method.toUpperCase(),
    target,
    rawHeaders,
    body: bodyOf(vector) ?? new Uint8Array(),
  }
  const result = sigv4.verify(request, verifying(file, vector.token))
  return result.ok ? undefined : `refused: ${result.message}`
}

async function presigns(sigv4: Sigv4, file: File, vector: PresignCase): Promise<string | undefined> {
  const { method, token, presign: expected } = vector
  const { region, service, date } = file
  const options = { credentials: credentialsOf(file, token), region, service, now: dateOf(date) }
  const presigned = sigv4.presign(
    { method, url: vector.url },
    { ...options, expiresInSeconds: expected.expiresIn },
  )
  const url = new URL(presigned.url)
  const given = url.searchParams.get('X-Amz-Signature')
  const request = {
    method,
    target: url.pathname + url.search,
    headers: [['host', url.host] as const],
    signedHeaders: ['host'],
    payloadHash: await sha256(''),
    service,
  }
  const result = sigv4.verify(receive(method, presigned.url, []), verifying(file, token))
  return first(
    differs('the canonical request', presigned.canonicalRequest, expected.canonicalRequest),
    differs('the string to sign', presigned.stringToSign, expected.stringToSign),
    differs('the signature', given, new URL(expected.signedUrl).searchParams.get('X-Amz-Signature')),
    ...readings.map((reading) =>
      differs(`the ${reading} reading`, canonicalRequest(request, reading), expected.canonicalRequest),
    ),
    result.ok ? differs('the form', result.form, 'presigned') : `refused: ${result.message}`,
  )
}

const unsigned = 'UNSIGNED-PAYLOAD'

function signUnsigned(
  sigv4: Sigv4,
  file: File,
  how: 'sign' | 'presign',
  allowUnsignedPayload = false,
): SignedRequest {
  const { region, service, date, credentials } = file
  const options = { credentials, region, service, now: dateOf(date), allowUnsignedPayload }
  const headers: SignedRequest['headers'] = []
  const url = file.cases[0]?.url ?? ''
  return { headers, ...sigv4[how]({ method: 'POST', url, body: 'x', payloadHash: unsigned }, options) }
}

function refusesToSign(run: () => unknown): string | undefined {
  try {
    run()
  } catch (error) {
    const isClear = error instanceof TypeError && error.message.includes(unsigned)
    return isClear ? undefined : `threw ${String(error)}`
  }
  return 'signed it'
}

function refusesUnsigned(sigv4: Sigv4, file: File): string | undefined {
  const { method, url, headers } = signUnsigned(sigv4, file, 'sign', true)
  const request = receive(method, url, headers, new TextEncoder().encode('x'))
  const options = verifying(file, undefined)
  if (!sigv4.verify(request, options).ok) return 'refused where it is allowed'
  return sigv4.verify(request, { ...options, allowUnsignedPayload: false }).ok ? 'accepted' : undefined
}
