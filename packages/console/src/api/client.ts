import type { RequestRecord } from '@furlong/local'
import type { SideStatus } from '@furlong/local/sides'

/** A call that the local side refused, or that did not reach it. */
export class ApiError extends Error {
  /** HTTP status; 0 when there was no answer. */
  readonly status: number
  constructor(status: number, message: string) {
    super(message)
    this.name = 'ApiError'
    this.status = status
  }
}

async function ask<Result>(path: string, init: RequestInit = {}): Promise<Result> {
  let response: Response
  try {
    response = await fetch(`/_furlong/${path}`, init)
  } catch {
    throw new ApiError(0, 'The local side does not answer. Start it again with: npx furlong up.')
  }
  const text = await response.text()
  if (!response.ok) throw new ApiError(response.status, readMessage(text, response.status))
  return JSON.parse(text) as Result
}

function readMessage(text: string, status: number): string {
  try {
    const { error } = JSON.parse(text) as { error?: unknown }
    if (typeof error === 'string') return error
  } catch {
    // No JSON: the status has to do.
  }
  return `The local side answered ${status}.`
}

/** One page of records, newest first. */
export interface RecordsPage {
  readonly records: readonly RequestRecord[]
  /** Behind the newest. */
  readonly cursor: number
  /** Where the next page begins; absent behind the last. */
  readonly next?: number
}

/** The local side, as the page talks to it. */
export const api = {
  status: (): Promise<SideStatus> => ask('status'),
  records: (limit: number, before?: number): Promise<RecordsPage> =>
    ask(`records?limit=${limit}${before === undefined ? '' : `&before=${before}`}`),
  record: (id: string): Promise<RequestRecord> => ask(`records/${encodeURIComponent(id)}`),
  recordsStreamUrl: (after: number): string => `/_furlong/records/stream?after=${after}`,
}
