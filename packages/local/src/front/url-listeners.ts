import type { UrlListeners } from '../control/services.ts'
import type { FunctionUrlRow } from '../store/function-urls.ts'
import type { Store } from '../store/store.ts'
import type { UrlPorts } from './url-ports.ts'

/** @returns the address that is handed out for a URL: the only form that works in every client with nothing set */
export const renderUrl = ({ port }: Pick<FunctionUrlRow, 'port'>): string => `http://127.0.0.1:${port}/`

/**
 * The sockets behind function URLs, as the control plane uses them.
 *
 * @param ports where they listen
 * @param store knows which ports belong to URLs already
 */
export function createUrlListeners(ports: UrlPorts, store: Store): UrlListeners {
  return {
    open: async (url) => {
      const taken = store.allFunctionUrls().flatMap(({ port }) => (port === undefined ? [] : [port]))
      return { ...url, port: await ports.open(url.urlId, new Set(taken)) }
    },
    close: async (urlId) => ports.close(urlId),
    render: renderUrl,
  }
}

/**
 * Listens again on the ports of all URLs that are stored.
 *
 * @param ports where they listen
 * @param store the URLs
 * @param movesPorts whether a URL whose port is taken gets another one; otherwise that is an error
 * @throws {LocalError} `UrlPortInUse`
 */
export async function reopenUrls(ports: UrlPorts, store: Store, movesPorts: boolean): Promise<void> {
  const listeners = createUrlListeners(ports, store)
  for (const url of store.allFunctionUrls()) {
    if (url.port === undefined) continue
    try {
      await ports.reopen(url.urlId, url.port)
    } catch (error) {
      if (!movesPorts) throw error
      store.putFunctionUrl(await listeners.open(url))
    }
  }
}
