import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parseAmzDate } from './amz-date.ts'
import { createCanonicalHeaderValue, sortHeaders } from './canonical-headers.ts'
import { createCanonicalPath } from './canonical-path.ts'
import { createCanonicalQuery, queryReadings, readQuery } from './canonical-query.ts'
import { createCanonicalRequest, createStringToSign } from './canonical-request.ts'
import { presign, type RawRequest, sign, verify, type VerifyOptions } from './index.ts'
import { sha256Hex } from './sha256.node.ts'

interface Credential {
  accessKeyId: string
  secretAccessKey: string
  sessionToken?: string
}

interface OfficialCase {
  name: string
  method: string
  path: string
  query: string | null
  headers: [string, string][]
  body: string
  date: string
  region: string
  service: string
  credentials: Credential
  token: string | null
  tokenSigned: boolean
  normalize: boolean
  signBody: boolean
  canonicalRequest: string
  stringToSign: string
  authorization: string
  presign?: { expiresIn: number; canonicalRequest: string; stringToSign: string; signature: string }
}

interface SignerOutput {
  canonicalRequest: string
  stringToSign: string
  authorization: string
  sets: [string, string][]
}

interface UrlCase {
  name: string
  method: string
  url: string
  wire: boolean
  whatwgUrl?: string
  headers: [string, string][]
  body?: string
  bodyBase64?: string
  token?: string
  botocore: SignerOutput
  onWhatwg?: SignerOutput
  onParams?: { canonicalQuery: string; authorization: string }
}

interface PresignCase {
  name: string
  method: string
  url: string
  token?: string
  presign: { expiresIn: number; canonicalRequest: string; stringToSign: string; signedUrl: string }
}

interface PythonCase {
  library: string
  name: string
  host: string
  token: boolean
  method: string
  target: string
  headers: [string, string][]
  bodyBase64: string
  expect: 'valid' | 'valid-with-host-without-port' | 'invalid'
}

const folder = new URL('../vectors/', import.meta.url)
const official = new URL('../../../../shared/vectors/sigv4/official-suite.json', import.meta.url)

function readJson(url: URL): unknown {
  return JSON.parse(readFileSync(url, 'utf8'))
}

function toWire(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1')
}

function lookupOf(credentials: Credential): VerifyOptions['lookup'] {
  return (accessKeyId, sessionToken) =>
    accessKeyId === credentials.accessKeyId && sessionToken === credentials.sessionToken
      ? { secretAccessKey: credentials.secretAccessKey }
      : { code: 'UnrecognizedClientException' }
}

describe('official suite', () => {
  if (!existsSync(official)) {
    it.skip('is not here: put it at ../shared/vectors/sigv4/official-suite.json to run it', () => {})
    return
  }
  const { cases } = readJson(official) as { cases: OfficialCase[] }

  it.each(cases.map((vector) => [vector.name, vector] as const))('canonicalises %s', (_, vector) => {
    const headers = vector.headers.map(
      ([name, value]) => [name.toLowerCase(), createCanonicalHeaderValue(value)] as const,
    )
    const payloadHash = sha256Hex(vector.body)
    const signed = sortHeaders([
      ...headers,
      ['x-amz-date', vector.date],
      ...(vector.token !== null && vector.tokenSigned
        ? [['x-amz-security-token', vector.token] as const]
        : []),
      ...(vector.signBody ? [['x-amz-content-sha256', payloadHash] as const] : []),
    ])
    const canonicalRequest = createCanonicalRequest({
      method: vector.method,
      path: createCanonicalPath(toWire(vector.path), { encodeTwice: true, normalize: vector.normalize }),
      query: createCanonicalQuery(readQuery(toWire(vector.query ?? ''), queryReadings.plusIsBlank)),
      headers: signed,
      payloadHash,
    })
    expect(canonicalRequest).toBe(vector.canonicalRequest)
    const scope = `${vector.date.slice(0, 8)}/${vector.region}/${vector.service}/aws4_request`
    expect(createStringToSign(vector.date, scope, canonicalRequest)).toBe(vector.stringToSign)
  })

  // What cannot stand on a request line, and paths the service would have normalised, stop at the canonical request.
  const signable = cases.filter(
    (vector) =>
      vector.normalize &&
      /^[!-~]*$/.test(vector.path) &&
      vector.tokenSigned &&
      !vector.name.includes('relative'),
  )

  it.each(signable.map((vector) => [vector.name, vector] as const))('signs %s', (_, vector) => {
    const signed = sign(requestOf(vector), optionsOf(vector))
    if (vector.signBody || vector.body === '') {
      expect(signed.canonicalRequest).toBe(vector.canonicalRequest)
      expect(signed.headers.at(-1)).toEqual(['authorization', vector.authorization])
    } else {
      // The older suite sends no x-amz-content-sha256 with a body; all else has to agree.
      expect(signed.canonicalRequest.split('\n').slice(0, 3)).toEqual(
        vector.canonicalRequest.split('\n').slice(0, 3),
      )
    }
  })

  it.each(signable.filter((vector) => vector.presign).map((vector) => [vector.name, vector] as const))(
    'presigns %s',
    (_, vector) => {
      const expected = vector.presign!
      const options = { ...optionsOf(vector), expiresInSeconds: expected.expiresIn }
      const presigned = presign(requestOf(vector), options)
      expect(presigned.canonicalRequest).toBe(expected.canonicalRequest)
      expect(presigned.stringToSign).toBe(expected.stringToSign)
      expect(presigned.url).toContain(`X-Amz-Signature=${expected.signature}`)
    },
  )

  it.each(cases.filter((vector) => vector.normalize).map((vector) => [vector.name, vector] as const))(
    'verifies %s',
    (_, vector) => {
      const credentials = credentialsOf(vector)
      const rawHeaders = [...vector.headers.flat(), 'X-Amz-Date', vector.date]
      if (vector.token !== null) rawHeaders.push('X-Amz-Security-Token', vector.token)
      if (vector.signBody) rawHeaders.push('X-Amz-Content-Sha256', sha256Hex(vector.body))
      const result = verify(
        {
          method: vector.method,
          target: toWire(vector.path + (vector.query === null ? '' : `?${vector.query}`)),
          rawHeaders: [...rawHeaders, 'Authorization', vector.authorization],
          body: Buffer.from(vector.body),
        },
        {
          lookup: lookupOf(credentials),
          region: vector.region,
          service: vector.service,
          now: parseAmzDate(vector.date)!,
        },
      )
      // A token added after signing is refused by name: whoever changes it changes the caller.
      if (vector.tokenSigned) expect(result).toMatchObject({ ok: true })
      else expect(result).toMatchObject({ ok: false, code: 'InvalidSignatureException' })
    },
  )

  function credentialsOf(vector: OfficialCase): Credential {
    const { accessKeyId, secretAccessKey } = vector.credentials
    return { accessKeyId, secretAccessKey, ...(vector.token === null ? {} : { sessionToken: vector.token }) }
  }

  function optionsOf(vector: OfficialCase): Parameters<typeof sign>[1] {
    const { region, service, date } = vector
    return { credentials: credentialsOf(vector), region, service, now: parseAmzDate(date)! }
  }

  function requestOf(vector: OfficialCase): Parameters<typeof sign>[0] {
    const { method, path, query, headers, body } = vector
    const url = `https://example.amazonaws.com${path}${query === null ? '' : `?${query}`}`
    return { method, url, headers, ...(body === '' ? {} : { body }) }
  }
})

describe('function URL cases', () => {
  const file = readJson(new URL('function-url-cases.json', folder)) as {
    date: string
    region: string
    service: string
    credentials: Credential
    cases: UrlCase[]
    presign: PresignCase[]
  }
  const now = parseAmzDate(file.date)!

  function bodyOf(vector: UrlCase): Uint8Array | undefined {
    if (vector.bodyBase64 !== undefined) return Buffer.from(vector.bodyBase64, 'base64')
    return vector.body === undefined ? undefined : Buffer.from(vector.body)
  }

  function credentialsOf(token: string | undefined): Credential {
    return { ...file.credentials, ...(token === undefined ? {} : { sessionToken: token }) }
  }

  function optionsOf(vector: { token?: string }): VerifyOptions {
    const { region, service } = file
    const allowUnsignedPayload = true
    return { lookup: lookupOf(credentialsOf(vector.token)), region, service, now, allowUnsignedPayload }
  }

  it.each(file.cases.map((vector) => [vector.name, vector] as const))('signs %s', (name, vector) => {
    const body = bodyOf(vector)
    const { region, service } = file
    const signed = sign(
      { method: vector.method, url: vector.url, headers: vector.headers, ...(body ? { body } : {}) },
      { credentials: credentialsOf(vector.token), region, service, now },
    )
    const expected = (vector.onWhatwg ?? vector.botocore).canonicalRequest.split('\n')
    const actual = signed.canonicalRequest.split('\n')
    expect(actual[0]).toBe(expected[0])
    expect(actual[1]).toBe(expected[1])
    expect(actual[2]).toBe(vector.onParams?.canonicalQuery ?? expected[2])
    expect(actual.at(-1)).toBe(expected.at(-1))
    // hdr-date: the stale Date goes. hdr-hop: X-Forwarded-For stays out. Bodies: their hash is signed as well.
    const differing = { 'hdr-date': /^date/, 'hdr-hop': /^x-forwarded-for/ }[name] ?? /^(?!)/
    const headersOf = (lines: string[]) =>
      lines.slice(3, -3).filter((line) => !/^x-amz-(content|date)/.test(line))
    expect(headersOf(actual)).toEqual(headersOf(expected).filter((line) => !differing.test(line)))
  })

  it.each(file.cases.map((vector) => [vector.name, vector] as const))(
    'signs %s so that every reading of the URL agrees',
    (_, vector) => {
      const body = bodyOf(vector)
      const { region, service } = file
      const signed = sign(
        { method: vector.method, url: vector.url, headers: vector.headers, ...(body ? { body } : {}) },
        { credentials: credentialsOf(vector.token), region, service, now },
      )
      const url = new URL(signed.url)
      expect(url.href).toBe(signed.url)
      const query = url.search.slice(1)
      for (const reading of Object.values(queryReadings)) {
        expect(createCanonicalQuery(readQuery(query, reading))).toBe(signed.canonicalRequest.split('\n')[2])
      }
      expect(query).not.toContain('+')
      const result = verify(
        {
          method: signed.method,
          target: url.pathname + url.search,
          rawHeaders: ['Host', url.host, ...signed.headers.flat()],
          body: body ?? new Uint8Array(),
        },
        optionsOf(vector),
      )
      expect(result).toMatchObject({ ok: true, form: 'header' })
    },
  )

  // Signed by botocore over the encoded parameters, as AWS's own clients do.
  const encoded = file.cases.filter((vector) => vector.onParams && vector.wire)
  it.each(encoded.map((vector) => [vector.name, vector] as const))('verifies %s', (_, vector) => {
    const url = new URL(vector.url)
    const result = verify(
      {
        method: vector.method,
        target: vector.url.slice(url.origin.length).replace(/#.*/, ''),
        rawHeaders: [
          'Host',
          url.host,
          ...vector.headers.flat(),
          ...vector.botocore.sets.flat(),
          'Authorization',
          vector.onParams!.authorization,
        ],
        body: bodyOf(vector) ?? new Uint8Array(),
      },
      optionsOf(vector),
    )
    expect(result).toMatchObject({ ok: true })
  })

  it.each(file.presign.map((vector) => [vector.name, vector] as const))('presigns %s', (_, vector) => {
    const { region, service } = file
    const expiresInSeconds = vector.presign.expiresIn
    const presigned = presign(
      { method: vector.method, url: vector.url },
      { credentials: credentialsOf(vector.token), region, service, now, expiresInSeconds },
    )
    expect(presigned.canonicalRequest).toBe(vector.presign.canonicalRequest)
    expect(presigned.stringToSign).toBe(vector.presign.stringToSign)
    const url = new URL(presigned.url)
    const signatureOf = (text: string) => new URL(text).searchParams.get('X-Amz-Signature')
    expect(signatureOf(presigned.url)).toBe(signatureOf(vector.presign.signedUrl))
    const request: RawRequest = {
      method: 'GET',
      target: url.pathname + url.search,
      rawHeaders: ['Host', url.host],
      body: new Uint8Array(),
    }
    expect(verify(request, optionsOf(vector))).toMatchObject({ ok: true, form: 'presigned' })
  })
})

describe('Python signers', () => {
  const file = readJson(new URL('python-signers.json', folder)) as {
    clock: string
    region: string
    service: string
    credentials: Required<Credential>
    cases: PythonCase[]
  }
  const named = file.cases.map(
    (vector) => [`${vector.library} ${vector.name} ${vector.host} token=${vector.token}`, vector] as const,
  )

  it.each(named)('%s', (_, vector) => {
    const { accessKeyId, secretAccessKey, sessionToken } = file.credentials
    const hasHost = vector.headers.some(([name]) => name.toLowerCase() === 'host')
    const request: RawRequest = {
      method: vector.method,
      target: vector.target,
      rawHeaders: [...(hasHost ? [] : ['Host', vector.host]), ...vector.headers.flat()],
      body: Buffer.from(vector.bodyBase64, 'base64'),
    }
    const options: VerifyOptions = {
      lookup: lookupOf({ accessKeyId, secretAccessKey, ...(vector.token ? { sessionToken } : {}) }),
      region: file.region,
      service: file.service,
      now: parseAmzDate(file.clock)!,
    }
    const hosts = [vector.host.replace(/:\d+$/, '')]
    const isValid = vector.expect === 'valid' || (hasHost && vector.expect !== 'invalid')
    expect(verify(request, options).ok).toBe(isValid)
    expect(verify(request, { ...options, hosts }).ok).toBe(vector.expect !== 'invalid')
  })
})
