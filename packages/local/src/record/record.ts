import type { Explanation } from '@furlong/iam'
import type { CanonicalStrings, Diagnosis } from '@furlong/sigv4'
import type { Gate } from './gates.ts'

export type { Gate }

/** What one gate did with a request. */
export interface GateOutcome {
  readonly gate: Gate
  readonly outcome: 'passed' | 'refused' | 'answered'
  /** One sentence, where there is something to say. */
  readonly says?: string
  /** Milliseconds since the request's arrival. */
  readonly atMs: number
}

/** Why a request was refused: by which gate, and everything that is known about the cause. */
export interface Refusal {
  readonly gate: Gate
  /** AWS's error type, or the runtime's for a function that failed. */
  readonly code: string
  /** One sentence. */
  readonly cause: string
  /** What to do next, in one sentence, when no more exact fix is known. */
  readonly fix?: string
  /** For a signature: the mistakes found, the most certain first. */
  readonly diagnoses?: readonly Omit<Diagnosis, 'signed'>[]
  /** For a signature: what it should have been made over, and what it was. */
  readonly signature?: RefusedSignature
  /** For a policy: both actions, the nearest statements and the proved fixes. */
  readonly explanation?: Explanation
  /** For a limit of concurrency: which one, its numbers, and what changes it. */
  readonly throttle?: ThrottleRefusal
  /** For a function that failed: the runtime's error document. */
  readonly document?: RecordedPayload
}

/** Both sides of a signature that does not hold, secrets masked; none of the texts is longer than 16,384 characters. */
export interface RefusedSignature {
  /** What the server made of the request. */
  readonly server: CanonicalStrings
  /** What the client must have signed; absent when no mistake was proved, or when a text was longer. */
  readonly client?: CanonicalStrings
}

/** AWS's names for the limits behind a 429. @see https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html */
export type ThrottleReason =
  | 'ConcurrentInvocationLimitExceeded'
  | 'FunctionInvocationRateLimitExceeded'
  | 'ReservedFunctionConcurrentInvocationLimitExceeded'
  | 'ReservedFunctionInvocationRateLimitExceeded'
  | 'CallerRateLimitExceeded'
  | 'ConcurrentSnapshotCreateLimitExceeded'

/** The limit that an invocation met. */
export interface ThrottleRefusal {
  readonly reason: ThrottleReason
  /** Simultaneous executions, or requests a second where the reason is a rate. */
  readonly limit: number
  /** Executions that counted against it at that moment. */
  readonly running: number
  /** What would let the next one in; none where no call of an API does. */
  readonly fixes: readonly ThrottleFix[]
}

/** A change of a function's reserved concurrency, as input of the API. */
export type ThrottleFix =
  | {
      readonly kind: 'put-function-concurrency'
      /** Unqualified. */
      readonly functionArn: string
      readonly reservedConcurrentExecutions: number
    }
  | { readonly kind: 'delete-function-concurrency'; readonly functionArn: string }

/** The beginning of what went into a function or came out of it. */
export interface RecordedPayload {
  /** UTF-8, at most 16,384 bytes of it. */
  readonly text: string
  /** Length of the whole. */
  readonly bytes: number
}

/** Everything observable about one request. Tokens and signatures are masked before they get here. */
export interface RequestRecord {
  /** Short, unique within a side; `furlong explain <id>` takes it. */
  readonly id: string
  /** Place behind this record in the sequence of all, which goes on after a restart; lists and streams go on from it. */
  readonly cursor: number
  /** Arrival, ISO 8601. */
  readonly at: string
  /** `proxy`: a host that the built-in proxy did not connect to; `event`: one attempt of an asynchronous invocation. */
  readonly kind: 'function-url' | 'api' | 'proxy' | 'event'
  readonly method: string
  /** Target as on the request line; presigned credentials masked. */
  readonly url: string
  readonly host: string
  /** Control plane only: `lambda:CreateFunction`. */
  readonly operation?: string
  /** Qualified for an alias. */
  readonly functionArn?: string
  readonly caller?: { readonly arn: string; readonly accountId: string; readonly accessKeyId: string }
  /** Policies whose statements let the caller in, one line each. */
  readonly allowedBy?: readonly string[]
  readonly gates: readonly GateOutcome[]
  readonly status: number
  readonly durationMs: number
  readonly functionRequestId?: string
  readonly logLines?: readonly string[]
  /** What the function got, when payloads are recorded. */
  readonly event?: RecordedPayload
  /** What the function answered, when payloads are recorded; not of a stream. */
  readonly result?: RecordedPayload
  /** Hints: what went well here but would not elsewhere, and what the function's answer suggests. */
  readonly notes: readonly string[]
  /** Ids of the faults that struck it; the notes say what they did. */
  readonly faults?: readonly string[]
  readonly refusal?: Refusal
}
