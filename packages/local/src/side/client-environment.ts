import type { Credentials } from '@furlong/sigv4'

/**
 * The variables that point AWS clients at the local side and at nothing else.
 *
 * Only the three services that furlong serves are redirected: the global `AWS_ENDPOINT_URL` stays untouched, so that
 * S3 and the like still go where the developer sent them.
 *
 * @param side endpoint (`http://127.0.0.1:9311`) and region (`us-east-1`)
 * @param credentials keys to use; left out for an environment that brings its own
 * @returns environment variables, name → value
 * @see https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
 */
export function clientEnvironment(
  side: { readonly endpoint: string; readonly region: string },
  credentials?: Credentials,
): Record<string, string> {
  const variables: Record<string, string> = {
    AWS_ENDPOINT_URL_LAMBDA: side.endpoint,
    AWS_ENDPOINT_URL_IAM: side.endpoint,
    AWS_ENDPOINT_URL_STS: side.endpoint,
    AWS_REGION: side.region,
    AWS_DEFAULT_REGION: side.region,
  }
  if (credentials !== undefined) {
    variables['AWS_ACCESS_KEY_ID'] = credentials.accessKeyId
    variables['AWS_SECRET_ACCESS_KEY'] = credentials.secretAccessKey
    if (credentials.sessionToken !== undefined) variables['AWS_SESSION_TOKEN'] = credentials.sessionToken
  }
  return variables
}
