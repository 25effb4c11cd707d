import { fileURLToPath } from 'node:url'
import { isFunctionUrlHost } from '../front/own-hosts.ts'
import { findUpstream, isExempt } from '../front/upstream-proxy.ts'
import type { Side } from './sides.ts'
import { bundleVariables, writeTrustFiles } from './trust-files.ts'

/** Variables that lead a program to the local side, and what its user should know of them. */
export interface ReachEnvironment {
  readonly variables: Readonly<Record<string, string>>
  /** One sentence each. */
  readonly says: readonly string[]
}

/** Runs in Node programs ahead of their own code. */
const preload: string = fileURLToPath(import.meta.resolve('#runtime/reach.cjs'))

const loopback = 'localhost,127.0.0.1,::1'

/** Any function URL: what an exemption from the proxy must not cover. */
const example = { host: `${'a'.repeat(32)}.lambda-url.us-east-1.on.aws`, port: 443 }

/**
 * The variables with which an unmodified program that calls `https://<id>.lambda-url.<region>.on.aws/` reaches the local side: a preload
 * for Node, proxy variables for everything else, and files of roots that hold the local CA beside what was trusted before.
 *
 * @param side the running side
 * @param certificateFile its CA's certificate; files are written beside it
 * @param env the environment that the variables will be added to: what it says of proxies, roots and Node's options is kept or told
 */
export async function reachEnvironment(
  side: Pick<Side, 'port' | 'proxyPassword' | 'awsHosts' | 'upstream'>,
  certificateFile: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<ReachEnvironment> {
  const trust = await writeTrustFiles(certificateFile, env)
  const proxy = `http://furlong:${side.proxyPassword}@127.0.0.1:${side.port}`
  const { noProxy, dropped } = readNoProxy(env)
  return {
    variables: {
      FURLONG_REACH_PORT: String(side.port),
      ...(side.awsHosts ? { FURLONG_REACH_AWS_HOSTS: '1' } : {}),
      NODE_OPTIONS: addPreload(env['NODE_OPTIONS'] ?? ''),
      NODE_EXTRA_CA_CERTS: trust.extra,
      ...Object.fromEntries(bundleVariables.map((name) => [name, trust.bundle])),
      HTTPS_PROXY: proxy,
      https_proxy: proxy,
      HTTP_PROXY: proxy,
      http_proxy: proxy,
      NO_PROXY: noProxy,
      no_proxy: noProxy,
    },
    says: [
      ...tellUpstream(side, env),
      ...dropped.map(
        (entry) =>
          `NO_PROXY loses ${entry}, because function URLs would not be reached past the proxy of the local side.`,
      ),
      ...trust.unreadable.map((file) => `The roots in ${file} cannot be read and are left out.`),
    ],
  }
}

function addPreload(options: string): string {
  if (options.includes(preload)) return options
  // Node reads quotes and backslashes in this variable as a shell does.
  const path = /[\s"'\\]/.test(preload) ? `"${preload.replaceAll(/["\\]/g, String.raw`\$&`)}"` : preload
  return `${options} --require=${path}`.trim()
}

function readNoProxy(env: Readonly<Record<string, string | undefined>>): {
  noProxy: string
  dropped: string[]
} {
  const named = (env['no_proxy'] || env['NO_PROXY'] || '').split(/[\s,]+/).filter((entry) => entry !== '')
  const dropped = named.filter((entry) => isExempt(entry, example) || isFunctionUrlHost(entry.toLowerCase()))
  const kept = named.filter((entry) => !dropped.includes(entry) && !loopback.split(',').includes(entry))
  return { noProxy: [loopback, ...kept].join(','), dropped }
}

function tellUpstream(
  { port, upstream }: Pick<Side, 'port' | 'upstream'>,
  env: Readonly<Record<string, string | undefined>>,
): string[] {
  const own = findUpstream(env, 'https:', { host: 'example.com', port: 443 })
  if (own === undefined) return []
  const named = own === 'unsupported' ? 'its proxy, which is none of http://,' : `${own.host}:${own.port}`
  if (named === upstream || named === `127.0.0.1:${port}`) return []
  return [
    `The proxy variables of this shell (${named}) are replaced for the command; the local side connects to other hosts ${upstream === undefined ? 'directly' : `through ${upstream}`}. Start it from this shell to have it use ${named}.`,
  ]
}
