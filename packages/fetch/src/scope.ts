import { readEnvironment } from './environment.ts'

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

const loopbackHosts: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost', '[::1]'])

/**
 * Tells what a request must be signed for.
 *
 * The host of a function URL (`<id>.lambda-url.<region>.on.aws`, and `….localhost` of the local side) says both.
 * On loopback the service is `lambda` unless given, and the region may come from AWS_REGION.
 * For any other host both must be given: a wrong guess ends in a 403 that says nothing.
 * @param url where the request goes
 * @param options what the caller said
 * @returns the region and service
 * @throws TypeError naming what to set
 */
export function getSigningScope(url: URL, options: ScopeOptions): SigningScope {
  const region = readUrlRegion(url.hostname)
  if (region !== undefined) return { region, service: 'lambda' }
  if (loopbackHosts.has(url.hostname)) {
    const local = options.region ?? readEnvironment('AWS_REGION') ?? readEnvironment('AWS_DEFAULT_REGION')
    if (local === undefined) {
      throw new TypeError('The region is not known: set the option `region`, or the variable AWS_REGION')
    }
    return { region: local, service: options.service ?? 'lambda' }
  }
  if (options.region === undefined || options.service === undefined) {
    const missing = [options.region === undefined && 'region', options.service === undefined && 'service']
    const names = missing.filter((name) => name !== false).map((name) => `\`${name}\``)
    throw new TypeError(
      `The host ${url.hostname} is no function URL: set the option${names.length > 1 ? 's' : ''} ${names.join(' and ')} ('lambda' for a function URL behind a domain of your own)`,
    )
  }
  return { region: options.region, service: options.service }
}

function readUrlRegion(hostname: string): string | undefined {
  const labels = hostname.split('.')
  const isFunctionUrl =
    labels[1] === 'lambda-url' &&
    ((labels.length === 5 && labels[3] === 'on' && labels[4] === 'aws') ||
      (labels.length === 4 && labels[3] === 'localhost'))
  return isFunctionUrl ? labels[2] : undefined
}
