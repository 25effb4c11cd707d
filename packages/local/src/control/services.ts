import type { Explanation, HttpFacts, Principal, RequestContext } from '@furlong/iam'
import type { RawRequest } from '@furlong/sigv4'

import type { Barred } from '../admit/index.ts'
import type { EventQueue } from '../event-queue/index.ts'
import type { FunctionSpec, Invocation, InvokeOutcome } from '../engine/types.ts'
import type { CodeStore } from '../store/code-store.ts'
import type { FunctionUrlRow } from '../store/function-urls.ts'
import type { Store } from '../store/store.ts'

/** The AWS services that are served. */
export type ControlService = 'lambda' | 'iam' | 'sts'

/** A verified call of an AWS API. */
export interface ControlRequest {
  readonly raw: RawRequest
  readonly caller: Principal
  readonly accessKeyId: string
  /** The caller's account, 12 digits. */
  readonly accountId: string
  /** From the credential scope. */
  readonly region: string
  readonly service: ControlService
  readonly http: HttpFacts
  readonly requestId: string
  readonly now: Date
}

/** What an operation needs of the engine. */
export interface FunctionEngine {
  /** Ends the environments of a function that is gone, or of one version of it. */
  retire(functionArn: string, version?: string): Promise<void>
}

/** The sockets behind function URLs. */
export interface UrlListeners {
  /** Begins to listen and returns the row with its port. */
  open(url: FunctionUrlRow): Promise<FunctionUrlRow>
  /** Stops listening; an unknown id is no error. */
  close(urlId: string): Promise<void>
  /** Writes the URL that clients call, with a trailing slash. */
  render(url: FunctionUrlRow): string
}

/** Whether the caller may do it; `message` is AWS's sentence. */
export type Authorization = { readonly allowed: true } | { readonly allowed: false; readonly message: string }

/** The parts of the local side that operations work with. */
export interface ControlServices {
  readonly store: Store
  readonly engine: FunctionEngine
  /** Simultaneous executions of each account in each region. */
  readonly accountConcurrency: number
  readonly code: CodeStore
  readonly urls: UrlListeners
  /** Decides one action on one resource (an ARN, or `*`), with the service's own condition keys. */
  authorize(
    request: ControlRequest,
    action: string,
    resource: string,
    context?: RequestContext,
  ): Authorization
  /** Takes invocations that are answered before they run. */
  readonly events: Pick<EventQueue, 'accept'>
  /** Runs a function once, if its limits of concurrency allow it; the record knows when they do not. */
  invoke(spec: FunctionSpec, invocation: Invocation): Promise<InvokeOutcome | Barred>
}

/** One header, name and value. */
export type HeaderPair = readonly [name: string, value: string]

/** Why a call was refused, for the record. */
export interface ControlRefusal {
  /** AWS's error code. */
  readonly code: string
  readonly message: string
  /** Set where the operation itself decided who may (AssumeRole). */
  readonly explanation?: Explanation
  /** Set when this side failed: the call may have been right. */
  readonly fault?: true
}

/** A body that is still being made when its head is sent. */
export interface ControlStream {
  readonly contentType: string
  readonly body: AsyncIterable<Uint8Array>
  /** Nobody listens any more. */
  readonly cancel: () => void
}

/** The answer to a call. */
export interface ControlAnswer {
  readonly status: number
  readonly headers: readonly HeaderPair[]
  readonly body: Uint8Array
  /** Such as `lambda:CreateFunction`'s `CreateFunction`; absent when none matched. */
  readonly operation?: string
  readonly refusal?: ControlRefusal
  /** In place of `body`. */
  readonly stream?: ControlStream
  /** The connection is torn instead. */
  readonly isTorn?: true
}
