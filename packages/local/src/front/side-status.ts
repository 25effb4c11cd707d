import type { Engine, EngineStatus } from '../engine/index.ts'
import type { Side } from '../side/sides.ts'
import type { FunctionUrlRow } from '../store/function-urls.ts'
import type { Store } from '../store/store.ts'
import { renderUrl } from './url-listeners.ts'

/** What `furlong status` shows; the keys and the token are not part of it. */
export interface SideStatus extends Omit<Side, 'token' | 'accounts'> {
  readonly accounts: readonly { readonly accountId: string; readonly userArn: string }[]
  readonly urls: readonly (Pick<FunctionUrlRow, 'urlId' | 'functionArn' | 'qualifier' | 'authType'> & {
    readonly invokeMode: string
    readonly url: string
  })[]
  readonly environments: EngineStatus
}

/** Describes a running side. */
export function describeSide(side: Side, store: Store, engine: Engine): SideStatus {
  const { pid, port, endpoint, region, stateFolder, startedAt, accounts } = side
  return {
    pid,
    port,
    endpoint,
    region,
    stateFolder,
    startedAt,
    accounts: accounts.map(({ accountId, userArn }) => ({ accountId, userArn })),
    urls: store.allFunctionUrls().map((url) => {
      const { urlId, functionArn, qualifier, authType, invokeMode = 'BUFFERED' } = url
      const alias = qualifier === undefined ? {} : { qualifier }
      return { urlId, functionArn, ...alias, authType, invokeMode, url: renderUrl(url) }
    }),
    environments: engine.status(),
  }
}
