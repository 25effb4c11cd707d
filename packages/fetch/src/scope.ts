import { readEnvironment } from './environment.ts'
import { isAwsHost, readHostScope } from './hosts.ts'
import { loopbackHosts } from './local-side.ts'

/** The region and service a request is signed for. */
export interface SigningScope {
  readonly region: string
  readonly service: string
}

/** What the caller said about them. */
export interface ScopeOptions {
  readonly region?: string
  readonly service?: string
}

/** A function URL without its last slash, and a path without its first. No host is called so. */
const slashless = /\.lambda-url\.[a-z0-9-]+\.(?:on\.aws|localhost)[a-z0-9-]/

/**
 * Tells what a request must be signed for.
 *
 * What the host says for certain prevails over the options, so that one signed fetch serves several hosts: the
 * region always, the service for function URLs, API Gateway and S3. Where the service is only read off a label
 * (`<service>.<region>.amazonaws.com`), the option prevails. On loopback the service is `lambda` unless given, and
 * the region may come from AWS_REGION. What nobody said is asked for, never assumed: a wrong guess ends in a 403.
 * @param url where the request goes
 * @param options what the caller said
 * @returns the region and service
 * @throws TypeError naming what to set, or for a host of AWS without TLS
 */
export function getSigningScope(url: URL, options: ScopeOptions): SigningScope {
  if (loopbackHosts.has(url.hostname)) return getLoopbackScope(options)
  if (slashless.test(url.hostname)) {
    throw new TypeError(
      `A slash is missing in the URL: its host is ${url.hostname}, which is that of a function URL run together with a path`,
    )
  }
  const hostname = url.hostname.replace(/\.$/, '')
  if (url.protocol === 'http:' && isAwsHost(hostname)) {
    throw new TypeError(
      `A request to http://${url.hostname} would carry its signature and session token in clear: use https, over which AWS answers`,
    )
  }
  const host = readHostScope(hostname)
  const service = host?.isCertain === true ? host.service : (options.service ?? host?.service)
  const region = host?.region ?? options.region
  if (region !== undefined && service !== undefined) return { region, service }
  const missing: string[] = []
  if (region === undefined) missing.push('`region`')
  if (service === undefined) missing.push('`service`')
  throw new TypeError(
    `The host ${url.hostname} does not say what to sign for: set the option${missing.length > 1 ? 's' : ''} ${missing.join(' and ')}${service === undefined ? " ('lambda' for a function URL behind a domain of your own)" : ''}`,
  )
}

function getLoopbackScope(options: ScopeOptions): SigningScope {
  const region = options.region ?? readEnvironment('AWS_REGION') ?? readEnvironment('AWS_DEFAULT_REGION')
  if (region === undefined) {
    throw new TypeError(
      'A URL on this machine does not say its region: set the option `region`, or the variable AWS_REGION (us-east-1 unless the local side was told otherwise)',
    )
  }
  return { region, service: options.service ?? 'lambda' }
}
