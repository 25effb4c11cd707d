import type { Engine, EngineStatus } from '../engine/index.ts'
import type { Side } from '../side/sides.ts'
import type { FunctionUrlRow } from '../store/function-urls.ts'
import type { Store } from '../store/store.ts'
import { createUrlHost, type RenderUrl } from './url-listeners.ts'

/** What `furlong status` shows; the keys and the token are not part of it. */
export interface SideStatus extends Omit<Side, 'token' | 'accounts' | 'proxyPassword'> {
  readonly accounts: readonly { readonly accountId: string; readonly userArn: string }[]
  readonly urls: readonly (Pick<FunctionUrlRow, 'urlId' | 'functionArn' | 'qualifier' | 'authType'> & {
    readonly invokeMode: string
    /** As the control plane hands it out. */
    readonly url: string
    /** Its port. */
    readonly port?: number
    /** Its address for browsers, and that of its twin on AWS. */
    readonly browserUrl: string
    readonly awsUrl: string
  })[]
  readonly environments: EngineStatus
}

/** Describes a running side. */
export function describeSide(side: Side, store: Store, engine: Engine, render: RenderUrl): SideStatus {
  const { token: _, proxyPassword: __, accounts, ...rest } = side
  return {
    ...rest,
    accounts: accounts.map(({ accountId, userArn }) => ({ accountId, userArn })),
    urls: store.allFunctionUrls().map((url) => {
      const { urlId, functionArn, qualifier, authType, invokeMode = 'BUFFERED' } = url
      return {
        urlId,
        functionArn,
        ...(qualifier === undefined ? {} : { qualifier }),
        authType,
        invokeMode,
        url: render(url),
        ...(url.port === undefined ? {} : { port: url.port }),
        browserUrl: `http://${createUrlHost(urlId, functionArn, 'localhost')}:${side.port}/`,
        awsUrl: `https://${createUrlHost(urlId, functionArn)}/`,
      }
    }),
    environments: engine.status(),
  }
}
