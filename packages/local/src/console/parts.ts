import type { CompiledPolicies } from '../auth/compiled-policies.ts'
import type { Engine, LogLine } from '../engine/index.ts'
import type { RenderUrl } from '../front/url-listeners.ts'
import type { Records } from '../record/records.ts'
import type { Ring } from '../record/ring.ts'
import type { Side } from '../side/sides.ts'
import type { Store } from '../store/store.ts'
import type { MetricsRecorder } from './metrics.ts'
import type { ConsolePage, Home } from './page.ts'

/** The parts of a side that the console looks at. */
export interface ConsoleParts {
  readonly page: ConsolePage
  readonly side: Side
  readonly store: Store
  readonly engine: Engine
  readonly policies: CompiledPolicies
  readonly records: Records
  readonly logs: Ring<LogLine>
  readonly metrics: MetricsRecorder
  /** Writes the address of a URL as the control plane hands it out. */
  readonly render: RenderUrl
  /** Whether a port is that of a function URL. */
  readonly isUrlPort: (port: number) => boolean
  readonly now: () => Date
}

/** Where commands work when nothing is said. */
export const homeOf = ({ side }: ConsoleParts): Home => ({
  accountId: side.accounts[0]?.accountId ?? '',
  region: side.region,
})

/** What the page asked for cannot be had: a status and a sentence. */
export class ConsoleError extends Error {
  readonly status: 400 | 403 | 404 | 409

  constructor(status: ConsoleError['status'], message: string) {
    super(message)
    this.name = 'ConsoleError'
    this.status = status
  }
}
