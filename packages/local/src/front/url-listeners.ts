import { parseFunctionArn } from '@furlong/iam'
import type { UrlListeners } from '../control/services.ts'
import { LocalError } from '../errors.ts'
import type { FunctionUrlRow } from '../store/function-urls.ts'
import type { Store } from '../store/store.ts'
import type { UrlPorts } from './url-ports.ts'

/** Which form of a URL the control plane hands out. */
export type UrlStyle = 'port' | 'aws'

/** How function URLs are written. */
export interface UrlForm {
  /** `port`: the form that works in every client with nothing set. `aws`: the one that AWS hands out, which needs the way through the proxy. */
  readonly style: UrlStyle
  /** By which name this machine is reached: `127.0.0.1`, or that of a container's host. */
  readonly host: string
}

/** Writes the address of a URL. */
export type RenderUrl = (url: Pick<FunctionUrlRow, 'urlId' | 'functionArn' | 'port'>) => string

/** @returns what writes the addresses that are handed out */
export function createRenderUrl({ style, host }: UrlForm): RenderUrl {
  return ({ urlId, functionArn, port }) =>
    style === 'aws' ? `https://${createUrlHost(urlId, functionArn)}/` : `http://${host}:${port}/`
}

/** @returns the host that a URL has on AWS, or below another suffix */
export function createUrlHost(urlId: string, functionArn: string, suffix = 'on.aws'): string {
  return `${urlId}.lambda-url.${parseFunctionArn(functionArn)?.region ?? 'us-east-1'}.${suffix}`
}

/**
 * The sockets behind function URLs, as the control plane uses them.
 *
 * @param ports where they listen
 * @param store knows which ports belong to URLs already
 * @param how `render` writes a URL's address; `opened` hears of each that is about to open; `project` tells this side
 *   from others on the machine, so that equal functions of theirs prefer other ports
 */
export function createUrlListeners(
  ports: UrlPorts,
  store: Store,
  {
    render,
    opened,
    project,
  }: { readonly render: RenderUrl; readonly opened: () => void; readonly project: string },
): UrlListeners {
  return {
    open: async (url) => {
      opened()
      const name = `${project} ${url.functionArn} ${url.qualifier ?? ''}`
      return { ...url, port: await ports.open(url.urlId, name, (port) => store.urls.hasPort(port)) }
    },
    close: async (urlId) => ports.close(urlId),
    render,
  }
}

/**
 * Listens again on the ports of all URLs that are stored.
 *
 * @param ports where they listen
 * @param listeners gives a URL another port
 * @param store the URLs
 * @param movesPorts whether a URL whose port is taken gets another one; otherwise that is an error
 * @throws {LocalError} `UrlPortInUse`
 */
export async function reopenUrls(
  ports: UrlPorts,
  listeners: UrlListeners,
  store: Store,
  movesPorts: boolean,
): Promise<void> {
  const reopen = async (urlId: string, port: number): Promise<string | undefined> => {
    try {
      await ports.reopen(urlId, port)
      return undefined
    } catch (error) {
      if (!movesPorts || !(error instanceof LocalError) || error.code !== 'UrlPortInUse') throw error
      return urlId
    }
  }
  // All at once, and those that must move when every other has its own port back.
  const reopened = await Promise.allSettled(store.urls.ports().map(({ urlId, port }) => reopen(urlId, port)))
  // Thrown when none is under way any more: whoever gives up closes those that listen.
  const failed = reopened.find(({ status }) => status === 'rejected')
  if (failed?.status === 'rejected') throw failed.reason
  const moving = reopened.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
  for (const urlId of moving) {
    const url = urlId === undefined ? undefined : store.functionUrl(urlId)
    if (url !== undefined) store.putFunctionUrl(await listeners.open(url))
  }
}
