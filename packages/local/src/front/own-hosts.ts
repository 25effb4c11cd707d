/** The names of hosts: which ones the local side answers, and which are AWS's. */

/**
 * Regions in which AWS serves function URLs under `on.aws`: what the local CA may certify. A region that is missing here works
 * in every other way.
 *
 * @see https://github.com/boto/botocore/blob/develop/botocore/data/endpoints.json partition `aws`, read in November 2026
 */
const regions: readonly string[] = (
  'af-south-1 ap-east-1 ap-east-2 ap-northeast-1 ap-northeast-2 ap-northeast-3 ap-south-1 ap-south-2 ap-southeast-1 ' +
  'ap-southeast-2 ap-southeast-3 ap-southeast-4 ap-southeast-5 ap-southeast-6 ap-southeast-7 ca-central-1 ca-west-1 ' +
  'eu-central-1 eu-central-2 eu-north-1 eu-south-1 eu-south-2 eu-west-1 eu-west-2 eu-west-3 il-central-1 me-central-1 ' +
  'me-south-1 mx-central-1 sa-east-1 us-east-1 us-east-2 us-west-1 us-west-2'
).split(' ')

/** A host name and port as in `Host`, `CONNECT` and an absolute-form target. */
export interface Authority {
  /** Lower-case, an IPv6 address without its brackets. */
  readonly host: string
  /** The one that was named, or 443. */
  readonly port: number
}

/**
 * @param text `host:port`, `host` or `[::1]:port`
 * @returns undefined for what is no authority
 */
export function parseAuthority(text: string, defaultPort = 443): Authority | undefined {
  const parts = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9._-]+))(?::(\d{1,5}))?$/i.exec(text)
  const host = (parts?.[1] ?? parts?.[2])?.toLowerCase().replace(/\.$/, '')
  const port = Number(parts?.[3] ?? defaultPort)
  return host === undefined || host === '' || port < 1 || port > 65_535 ? undefined : { host, port }
}

const functionUrlHost = /^[a-z0-9]+\.lambda-url\.([a-z0-9-]+)\.(on\.aws|localhost)$/
const apiHost = /^(?:lambda|iam|sts)(?:\.([a-z0-9-]+))?\.amazonaws\.com$/

/** @returns whether a lower-case name is a function URL's, on AWS or below localhost */
export const isFunctionUrlHost = (host: string): boolean => functionUrlHost.test(host)

/** @returns whether a lower-case name is that of an AWS API which the local side stands for */
export const isApiHost = (host: string): boolean => apiHost.test(host)

/** The names by which a side knows itself. */
export interface OwnNames {
  /** Whether a lower-case host is the side's own. The names of strangers are kept out: a web page can let its own name point here. */
  readonly isOwnHost: (host: string) => boolean
  /** Whether the host and the port are those of the main port. */
  readonly isMainPort: (authority: Authority) => boolean
}

/** @returns the names of a side: those of the loopback, and the one that its URLs carry */
export function createOwnNames(urlHost: string, mainPort: () => number): OwnNames {
  const named = urlHost.toLowerCase()
  const isOwnHost = (host: string): boolean => host === named || isLoopbackHost(host)
  return { isOwnHost, isMainPort: ({ host, port }) => port === mainPort() && isOwnHost(host) }
}

/** @see https://docs.aws.amazon.com/general/latest/gr/rande.html and the `dnsSuffix` entries of botocore's endpoints.json */
const awsSuffixes =
  /(?:^|\.)(?:amazonaws\.(?:com(?:\.cn)?|eu)|(?:on|api)\.(?:aws|amazonwebservices\.(?:com\.cn|eu)))$/

/** @returns whether a lower-case name is one of AWS's own endpoints */
export const isAwsHost = (host: string): boolean => awsSuffixes.test(host)

/** @returns whether a lower-case name or an address means this machine */
export const isLoopbackHost = (host: string): boolean =>
  host === '127.0.0.1' || host === '::1' || host === 'localhost' || host.endsWith('.localhost')

/**
 * What the local CA may certify servers below.
 *
 * @param region the side's own, in case AWS opened it later than this list was read
 * @param awsHosts whether AWS's hosts of Lambda, IAM and STS belong to it
 */
export function listCertifiedNames(region: string, awsHosts: boolean): string[] {
  const all = [...new Set([...regions, region])]
  return [
    'localhost',
    ...all.map((name) => `lambda-url.${name}.on.aws`),
    ...(awsHosts
      ? [
          'iam.amazonaws.com',
          'sts.amazonaws.com',
          ...all.flatMap((name) => [`lambda.${name}.amazonaws.com`, `sts.${name}.amazonaws.com`]),
        ]
      : []),
  ]
}

/**
 * Finds what a server certificate for a host is made out to. Function URLs of a region share one, as they do on AWS, so that
 * the number of certificates is bounded whatever names clients come with.
 *
 * @param host lower-case; empty for a client that named none
 * @param certified what the CA may certify below
 * @returns names of the certificate; undefined for a host that is not the local side's
 */
export function findCertificateNames(
  host: string,
  certified: readonly string[],
): readonly string[] | undefined {
  if (host === '' || host === 'localhost') return ['localhost']
  const [, region = '', suffix = ''] = functionUrlHost.exec(host) ?? []
  if (region !== '') {
    return certified.includes(`lambda-url.${region}.on.aws`)
      ? [`*.lambda-url.${region}.${suffix}`]
      : undefined
  }
  return isApiHost(host) && certified.includes(host) ? [host] : undefined
}
