import { AwsV4Signer } from 'aws4fetch'
import { mergeHeaders, type Oracle, type OracleAnswer, type OracleRequest } from './oracle.ts'

/** `aws4fetch`. WebCrypto makes it the slowest, so it takes its share of the cases. */
export const aws4fetch: Oracle = { name: 'aws4fetch', every: 1, sign }

async function sign(request: OracleRequest): Promise<OracleAnswer> {
  const { method, accessKeyId, secretAccessKey, sessionToken, region, service, amzDate, expiresInSeconds } =
    request
  const url = expiresInSeconds === undefined ? request.url : withExpiry(request.url, expiresInSeconds)
  const signer = new AwsV4Signer({
    method,
    url,
    headers: mergeHeaders(request.headers),
    ...(request.body === undefined ? {} : { body: Uint8Array.from(request.body) }),
    accessKeyId,
    secretAccessKey,
    ...(sessionToken === undefined ? {} : { sessionToken }),
    region,
    service,
    datetime: amzDate,
    signQuery: expiresInSeconds !== undefined,
    allHeaders: request.signsAll,
  })
  const canonicalRequest = await signer.canonicalString()
  const signed = await signer.sign()
  const authorization = signed.headers.get('authorization') ?? ''
  return {
    canonicalRequest,
    signature: signed.url.searchParams.get('X-Amz-Signature') ?? authorization.replace(/.*Signature=/, ''),
    target: signed.url.pathname + signed.url.search,
    headers: [...signed.headers],
  }
}

function withExpiry(url: string, seconds: number): string {
  return `${url}${url.includes('?') ? '&' : '?'}X-Amz-Expires=${seconds}`
}
