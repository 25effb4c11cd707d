import aws4 from 'aws4'
import { mergeHeaders, type Oracle, type OracleAnswer, type OracleRequest, targetOf } from './oracle.ts'

/** What its types leave out. */
interface Signer {
  sign(): { path: string; headers: Record<string, unknown> }
  canonicalString(): string
}

/** `aws4`. */
export const aws4Oracle: Oracle = { name: 'aws4', every: 1, sign }

async function sign(request: OracleRequest): Promise<OracleAnswer> {
  const { accessKeyId, secretAccessKey, sessionToken, region, service, amzDate, expiresInSeconds } = request
  const headers: Record<string, string> = mergeHeaders(request.headers)
  const names = new Set(Object.keys(headers).map((name) => name.toLowerCase()))
  // Of the many ways to tell it the time, this is the one that leaves the caller's own headers as they are.
  if (expiresInSeconds === undefined && !names.has('x-amz-date') && !names.has('date'))
    headers['X-Amz-Date'] = amzDate
  headers['Host'] = new URL(request.url).host
  const target = targetOf(request.url)
  const presigned = `X-Amz-Date=${amzDate}&X-Amz-Expires=${expiresInSeconds}`
  const path =
    expiresInSeconds === undefined ? target : target + (target.includes('?') ? '&' : '?') + presigned
  const added = ['content-type', 'content-length'].filter((name) => request.signsAll && !names.has(name))
  const signer = new aws4.RequestSigner(
    {
      method: request.method,
      path,
      headers,
      region,
      service,
      body: request.body === undefined || request.body.length === 0 ? '' : Buffer.from(request.body),
      signQuery: expiresInSeconds !== undefined,
      ...(request.signsAll
        ? { extraHeadersToInclude: Object.fromEntries([...names].map((name) => [name, true])) }
        : {}),
      extraHeadersToIgnore: Object.fromEntries(added.map((name) => [name, true])),
    } as ConstructorParameters<typeof aws4.RequestSigner>[0],
    { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) },
  ) as unknown as Signer
  const canonicalRequest = signer.canonicalString()
  const signed = signer.sign()
  const signature =
    /Signature=([0-9a-f]{64})/.exec(signed.path + String(signed.headers['Authorization']))?.[1] ?? ''
  return {
    canonicalRequest,
    signature,
    target: signed.path,
    headers: Object.entries(signed.headers).map(([name, value]) => [name, String(value)] as const),
  }
}
