import { parseFunctionArn } from '@furlong/iam'
import { listSides, sidesFolder, type Side } from '@furlong/local/sides'
import type { Context } from './context.ts'
import { createSideClient } from './side-client.ts'

/** The side that serves a URL, and the function behind it; without one where it is another address of the side. */
export interface UrlOwner {
  readonly side: Side
  readonly functionArn?: string
  readonly region?: string
}

const loopbackHosts = /^(?:127\.0\.0\.1|localhost|\[::1\]|.+\.localhost)$/

/**
 * Tells whether a URL names this machine.
 * @param url the URL
 * @returns whether its host is a loopback address or a name below localhost
 */
export function isLoopback(url: URL): boolean {
  return loopbackHosts.test(url.hostname)
}

/**
 * Finds the running local side that serves a loopback URL: by its main port, or by the port of one of its function URLs.
 * @param url the URL
 * @param context the environment, which says where sides are announced
 * @returns the side; undefined for a URL elsewhere, or one that no side serves
 */
export async function findSideOf(url: URL, context: Context): Promise<UrlOwner | undefined> {
  if (!isLoopback(url)) return undefined
  const port = Number(url.port)
  for (const side of await listSides(sidesFolder(context.env))) {
    const status = await createSideClient(side)
      .status()
      .catch(() => undefined)
    const found = status?.urls.find(
      (candidate) => candidate.port === port || new URL(candidate.browserUrl).host === url.host,
    )
    if (found !== undefined) {
      const { functionArn } = found
      const region = parseFunctionArn(functionArn)?.region
      return { side, functionArn, ...(region === undefined ? {} : { region }) }
    }
    if (side.port === port) return { side }
  }
  return undefined
}
