import type { Cors } from '@aws-sdk/client-lambda'

/** What a page has to send with a signed request, beside what it sends anyway. */
const signedHeaders = [
  'authorization',
  'content-type',
  'x-amz-content-sha256',
  'x-amz-date',
  'x-amz-security-token',
]
/** What a page has to see of a refusal to tell what it was, and when to come back. */
const refusalHeaders = ['date', 'retry-after', 'x-amzn-errortype']
/** How long a browser may keep the answer to its preflight, in seconds. */
const corsMaxAgeSeconds = 3600

/**
 * Makes the CORS configuration with which pages may call a URL, signed or not.
 * @param origins such as `https://app.example`; none takes the configuration away
 * @returns the configuration
 * @see https://docs.aws.amazon.com/lambda/latest/api/API_Cors.html
 */
export function createCors(origins: readonly string[]): Cors {
  if (origins.length === 0) return {}
  return {
    AllowOrigins: [...origins],
    AllowMethods: ['*'],
    AllowHeaders: signedHeaders,
    ExposeHeaders: refusalHeaders,
    MaxAge: corsMaxAgeSeconds,
  }
}
