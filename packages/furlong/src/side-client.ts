import type { Fault, FaultRule, LogLine, RequestRecord } from '@furlong/local'
import type { Side, SideStatus } from '@furlong/local/sides'
import type { PortableState } from '@furlong/local/state'
import type { Credentials } from '@furlong/sigv4'
import { CliError } from './errors.ts'
import type { SessionCredentials } from './renewing-credentials.ts'
import { readServerEvents } from './server-events.ts'

/** A step of following the log; `cursor` says where to go on after it. */
export type LogEvent =
  | { readonly event: 'line'; readonly cursor: number; readonly data: LogLine }
  | { readonly event: 'missed'; readonly cursor: number; readonly data: { readonly lines: number } }

/** The own API of a running local side, opened by the token of its 0600 file. */
export interface SideClient {
  status(): Promise<SideStatus>
  /** The newest records first. */
  records(filter: { readonly refused?: boolean; readonly limit: number }): Promise<readonly RequestRecord[]>
  record(id: string): Promise<RequestRecord | undefined>
  logs(filter: {
    readonly function?: string
    readonly after?: number
  }): Promise<{ lines: readonly LogLine[]; cursor: number }>
  /** What functions write, as it comes, until the signal fires or the side is gone; then it just ends. */
  followLogs(
    filter: { readonly function?: string; readonly after?: number },
    signal: AbortSignal,
  ): AsyncGenerator<LogEvent>
  /** Credentials of a role as Lambda gives them to a function of it, of a user as GetSessionToken gives them. */
  mintSession(principalArn: string): Promise<SessionCredentials>
  /** Path of the local CA's certificate; the side makes it when it is not there. */
  certificateFile(): Promise<string>
  /** Lets the side write its state into a file: keys never travel over HTTP. */
  exportState(
    file: string,
    options: { readonly withSecrets: boolean; readonly replace: boolean },
  ): Promise<PortableState>
  /**
   * Makes a link that opens the console, once.
   * @param place in the page, such as `/requests/k3f9a`
   */
  consoleLink(place?: string): Promise<string>
  faults(): Promise<readonly Fault[]>
  addFault(rule: FaultRule): Promise<Fault>
  /** Takes one fault back, or all; returns how many there were. */
  clearFaults(id?: string): Promise<number>
  shutdown(): Promise<void>
}

/**
 * Creates the client of a side's own API.
 * @param side the side
 * @returns the client; each call throws a `CliError` when the side is silent or refuses
 */
export function createSideClient(side: Pick<Side, 'endpoint' | 'token'>): SideClient {
  const ask = async (
    path: string,
    body?: unknown,
    signal: AbortSignal = AbortSignal.timeout(10_000),
    method = body === undefined ? 'GET' : 'POST',
  ): Promise<Response> => {
    try {
      return await fetch(`${side.endpoint}/_furlong/${path}`, {
        headers: { authorization: `Bearer ${side.token}`, 'content-type': 'application/json' },
        signal,
        method,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
    } catch (error) {
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
      const reason = cause instanceof Error ? cause.message || cause.name : String(cause)
      throw new CliError('side-silent', { endpoint: side.endpoint, reason })
    }
  }
  const get = async (path: string, body?: unknown): Promise<unknown> => {
    const response = await ask(path, body)
    if (response.ok) return response.json()
    throw new CliError('side-refused', { message: await readMessage(response) })
  }
  return {
    status: async () => (await get('status')) as SideStatus,
    records: async ({ refused, limit }) => {
      const query = new URLSearchParams({
        limit: String(limit),
        ...(refused === true ? { refused: '1' } : {}),
      })
      return ((await get(`records?${query.toString()}`)) as { records: readonly RequestRecord[] }).records
    },
    record: async (id) => {
      const response = await ask(`records/${encodeURIComponent(id)}`)
      if (response.ok) return (await response.json()) as RequestRecord
      if (response.status === 404) return undefined
      throw new CliError('side-refused', { message: await readMessage(response) })
    },
    logs: async (filter) =>
      (await get(`logs?${createLogQuery(filter)}`)) as { lines: readonly LogLine[]; cursor: number },
    followLogs: async function* (filter, signal) {
      const response = await ask(`logs/stream?${createLogQuery(filter)}`, undefined, signal)
      if (!response.ok) throw new CliError('side-refused', { message: await readMessage(response) })
      for await (const { id, event, data } of readServerEvents(response)) {
        yield { event, cursor: Number(id), data: JSON.parse(data) } as LogEvent
      }
    },
    mintSession: async (principalArn) => {
      const { expiresAt, ...keys } = (await get('sessions', { principalArn })) as Credentials & {
        expiresAt: string
      }
      return { ...keys, expiration: new Date(expiresAt) }
    },
    certificateFile: async () =>
      ((await get('certificate', {})) as { certificateFile: string }).certificateFile,
    exportState: async (file, options) => (await get('state/export', { file, ...options })) as PortableState,
    consoleLink: async (place) => ((await get('console/links', { place })) as { link: string }).link,
    faults: async () => ((await get('faults')) as { faults: readonly Fault[] }).faults,
    addFault: async (rule) => (await get('faults', rule)) as Fault,
    clearFaults: async (id) => {
      const path = id === undefined ? 'faults' : `faults/${encodeURIComponent(id)}`
      const response = await ask(path, undefined, undefined, 'DELETE')
      if (!response.ok) throw new CliError('side-refused', { message: await readMessage(response) })
      return ((await response.json()) as { cleared: number }).cleared
    },
    shutdown: async () => void (await get('shutdown', {})),
  }
}

function createLogQuery(filter: { readonly function?: string; readonly after?: number }): string {
  return new URLSearchParams({
    ...(filter.function === undefined ? {} : { function: filter.function }),
    ...(filter.after === undefined ? {} : { after: String(filter.after) }),
  }).toString()
}

async function readMessage(response: Response): Promise<string> {
  const text = await response.text()
  try {
    return (JSON.parse(text) as { error?: string }).error ?? text
  } catch {
    return `${response.status} ${text}`
  }
}
