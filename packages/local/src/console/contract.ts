/**
 * The HTTP API behind the console's page: every path, query, body and event. Types alone, so that the page can be built on
 * them and on nothing else of this package.
 *
 * - The page lies at `/_furlong/console/` of the main port, and its API at `/_furlong/console/api`, for loopback clients and
 *   loopback `Host`s only.
 * - `furlong console` opens `/_furlong/console/#ticket=<ticket>`, with `&to=<fragment>` for a place in the page. A ticket is
 *   good once, for ten minutes: command lines, which other users of the machine can read, give nothing away for long. The page
 *   takes it out of the address, exchanges it for a token by `POST /session`, keeps the token in its session storage, and
 *   sends `Authorization: Bearer <token>` with every other call; the stream too, which is read by `fetch`, not by
 *   `EventSource`. A token is good until the side ends. No cookie is used: cookies are shared by all ports of a host, and the
 *   ports beside this one are functions.
 * - Answers are JSON. A call that is refused is `{"error": "<a sentence>"}`: 400 for what is wrong with it, 403 for a wrong
 *   token or place, 404 for what is not there, 409 for what cannot be done as things stand.
 * - What a client or a function sent is masked, and cut where it is long.
 */
import type { ActionVerdict, Explanation, Fix, PolicyKind } from '@furlong/iam'
import type { CanonicalDifference, CanonicalStrings, MistakeId } from '@furlong/sigv4'
import type { EnvironmentStatus, LogLine, PoolStatus } from '../engine/index.ts'
import type { Gate, GateOutcome, RequestRecord } from '../record/record.ts'

export type {
  CanonicalDifference,
  CanonicalStrings,
  EnvironmentStatus,
  Explanation,
  Fix,
  LogLine,
  PoolStatus,
}
export type { Gate, GateOutcome, RequestRecord }

/** Every call: method and path below the API's own, its query, its body and what is answered. */
export interface ConsoleApi {
  /** The one call without a token. 403 for a ticket that was used, is too old, or is none. */
  'POST /session': {
    readonly body: { readonly ticket: string }
    readonly answer: { readonly token: string; readonly start: Start }
  }
  /** The same for a page that has a token, as after a reload. */
  'GET /start': { readonly answer: Start }
  'GET /overview': { readonly answer: Overview }
  /** Newest first. */
  'GET /requests': { readonly query: RequestQuery & PageQuery; readonly answer: RequestPage }
  /** `<id>` of the record. */
  'GET /requests/<id>': { readonly answer: RequestDetail }
  'GET /functions': { readonly answer: { readonly functions: readonly FunctionSummary[] } }
  'GET /function': { readonly query: { readonly arn: string }; readonly answer: FunctionDetail }
  'GET /logs': { readonly query: LogQuery; readonly answer: LogPage }
  'GET /access': { readonly answer: AccessPicture }
  /** Why a caller may call a URL or not: decided for a `GET /` from this machine, now. */
  'GET /access/pair': { readonly query: AccessPair; readonly answer: AccessAnswer }
  /** The last 15 minutes, one second a place. */
  'GET /metrics': { readonly answer: Metrics }
  /** Server-sent events, until the client leaves. One stream carries all: a browser opens six connections to a host. */
  'GET /stream': { readonly query: StreamQuery; readonly events: StreamEvents }
  /** Does the fixes of a refused request, as the administrators of the accounts they are for. */
  'POST /fixes': { readonly body: FixInput; readonly answer: FixAnswer }
  /** Lets a caller call a URL, as the account's administrator. */
  'POST /grants': { readonly body: AccessPair; readonly answer: { readonly steps: readonly Step[] } }
  /** Takes from a function's policy what lets this caller call this URL. */
  'POST /revocations': { readonly body: AccessPair; readonly answer: { readonly steps: readonly Step[] } }
  /** Sends a recorded request once more, as it was or edited, signed anew. */
  'POST /replays': { readonly body: ReplayInput; readonly answer: Replay }
}

/** What the page begins with, in one answer, so that it can be drawn at once. */
export interface Start {
  readonly overview: Overview
  /** The newest requests: more than a screen shows. */
  readonly newest: RequestPage
}

/** The side as a whole. */
export interface Overview {
  readonly endpoint: string
  /** Of `furlong env`: where functions are when nothing else is said. */
  readonly region: string
  /** Null for a side that keeps its state in memory. */
  readonly stateFolder: string | null
  /** ISO 8601. */
  readonly startedAt: string
  /** The first is the one of `furlong env`. */
  readonly accounts: readonly { readonly accountId: string; readonly userArn: string }[]
  /** All gates, in AWS's order: that of a row's `marks`. */
  readonly gates: readonly Gate[]
  /** Who can sign, for `as` of a replay: users and roles, by account and name. */
  readonly callers: readonly Caller[]
}

/** A user or role of the side; everybody, unsigned; or whom else the policy of a function names. */
export interface Caller {
  /** `*` for everybody; the unique id of somebody deleted; the name of a service. */
  readonly arn: string
  /**
   * `account`: whoever signs of another account, or of any. `session`: one session of a role, or of federation. `deleted`: what
   * is left of a user or role.
   */
  readonly type: 'user' | 'role' | 'anonymous' | 'account' | 'session' | 'service' | 'deleted'
  /** Empty for those who are of no one account. */
  readonly accountId: string
  /** Without its path; of an account its id, or `any account`. */
  readonly name: string
  /** An account that is not one of this side. */
  readonly isUnknown?: true
}

/** Which requests are wanted: all that is given must match. */
export interface RequestQuery {
  /** Refusals only. */
  readonly refused?: '1'
  /** Name of a function, or its ARN, with an alias or without. */
  readonly function?: string
  /** Part of the caller's ARN, or the whole access key id. */
  readonly caller?: string
  /** `403`, `4xx`. */
  readonly status?: string
  /** The gate that refused. */
  readonly gate?: Gate
  /** Any part of the record, in any case. */
  readonly text?: string
  /** ISO 8601, the earliest arrival. */
  readonly since?: string
}

export interface PageQuery {
  /** 1 to 1000, default 100. */
  readonly limit?: string
  /** The `next` of the page before. */
  readonly before?: string
}

export interface RequestPage {
  readonly rows: readonly RequestRow[]
  /** Behind the newest of all: `after` of the stream that goes on from here. */
  readonly cursor: number
  /** Where the next page begins; absent on the last. */
  readonly next?: number
  /** How many the side has, whatever the query; absent in `Start`, which is not to wait for a count. */
  readonly total?: number
}

/** What a list shows of a request. */
export interface RequestRow extends Pick<
  RequestRecord,
  'id' | 'cursor' | 'at' | 'kind' | 'method' | 'host' | 'operation' | 'functionArn' | 'status' | 'durationMs'
> {
  /** At most 500 characters of it. */
  readonly url: string
  readonly callerArn?: string
  readonly accessKeyId?: string
  /** One letter for each gate of `Overview.gates`: `p` passed, `a` answered, `r` refused, `-` not asked. */
  readonly marks: string
  /** `cause`: at most 300 characters of it. */
  readonly refusal?: { readonly gate: Gate; readonly code: string; readonly cause: string }
  /** Whether a fault on demand struck it. */
  readonly isFaulty?: true
}

/** Everything that is known of one request. */
export interface RequestDetail {
  readonly record: RequestRecord
  /** For a refused signature: what it was made over, on both sides. */
  readonly signature?: SignatureComparison
  /**
   * The request as it arrived, the event as the function got it and its result as it gave it: of the latest requests alone,
   * in memory. Secrets are masked: `***`.
   */
  readonly sent?: SentRequest
  readonly event?: Payload
  readonly result?: Payload
  /** What the client was answered, byte for byte; absent when nothing was, and of older requests, as `sent` is. */
  readonly answer?: SentAnswer
  /** The runtime's error document of a function that failed: `errorType`, `errorMessage`, `stackTrace`. */
  readonly errorDocument?: Payload
  /** What mends a refusal. */
  readonly fixes?: Fixes
  /** The request as code that sends it; only of calls of function URLs. */
  readonly code?: RequestCode
  /** Whether it can be sent once more; `as`: who would sign it when nobody is named. */
  readonly replay:
    | { readonly possible: true; readonly as: string }
    | { readonly possible: false; readonly says: string }
}

/** Both sides of a signature that does not hold. */
export interface SignatureComparison {
  /** What the server made of the request; the signature itself is of another text, or by another key. */
  readonly server: CanonicalStrings
  /** What the client must have signed: the signature matches it. Absent when no mistake was proved. */
  readonly client?: CanonicalStrings
  /** The mistakes under which it matches. */
  readonly causes: readonly MistakeId[]
  /** Line by line; absent without `client`. */
  readonly differences?: readonly CanonicalDifference[]
}

export interface SentRequest {
  readonly method: string
  /** As on the request line. */
  readonly target: string
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: Payload
}

/** An answer as it went out. */
export interface SentAnswer {
  readonly status: number
  /** The reason phrase behind it. */
  readonly statusText: string
  /** In their order; secrets are masked. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  /** Absent for a stream, whose body is not kept. */
  readonly body?: Payload
}

/** The beginning of a text or of bytes. */
export interface Payload {
  readonly text: string
  /** `base64` for what is no UTF-8. */
  readonly encoding: 'utf8' | 'base64'
  /** Length of the whole. */
  readonly bytes: number
  /** Whether `text` is less than the whole. */
  readonly isCut: boolean
}

/** What mends a refusal, as data and as commands. */
export interface Fixes {
  /** In order; all are needed. */
  readonly steps: readonly (Fix | ThrottleStep)[]
  /** The steps as commands of furlong, and the same as commands of the AWS CLI. */
  readonly furlong: readonly string[]
  readonly aws: readonly string[]
  /** Of the commands, those that need credentials of another account than the function's, and of which. */
  readonly credentials: Readonly<Record<string, string>>
  /** Steps that no command does. */
  readonly sentences: readonly string[]
  /** Whether `POST /fixes` can do all of it; if not, why. */
  readonly canApply: boolean
  readonly says?: string
}

export type ThrottleStep = NonNullable<NonNullable<RequestRecord['refusal']>['throttle']>['fixes'][number]

/** One request in three languages; credentials come from the environment, as `furlong env` sets them. */
export interface RequestCode {
  readonly furlong: string
  readonly curl: string
  /** With `@furlong/fetch`. */
  readonly fetch: string
}

export interface FunctionSummary {
  /** Unqualified. */
  readonly arn: string
  readonly name: string
  readonly accountId: string
  readonly region: string
  readonly runtime: string
  readonly urls: readonly UrlSummary[]
  readonly environments: EnvironmentCounts
}

/** Execution environments by what they do. */
export interface EnvironmentCounts {
  readonly starting: number
  readonly idle: number
  /** Of those that are idle. */
  readonly frozen: number
  readonly busy: number
  readonly stopping: number
  /** Invocations that wait for one. */
  readonly waiting: number
}

export interface UrlSummary {
  readonly urlId: string
  /** Of the function, qualified for an alias. */
  readonly functionArn: string
  readonly qualifier?: string
  readonly authType: 'AWS_IAM' | 'NONE'
  readonly invokeMode: 'BUFFERED' | 'RESPONSE_STREAM'
  /** As the control plane hands it out. */
  readonly url: string
  readonly browserUrl: string
  readonly awsUrl: string
}

export interface FunctionDetail extends FunctionSummary {
  /** As `GetFunctionConfiguration` answers for `$LATEST`; values of environment variables are `***`. */
  readonly configuration: Readonly<Record<string, unknown>>
  readonly versions: readonly string[]
  readonly aliases: readonly { readonly name: string; readonly version: string }[]
  /** Of `$LATEST`, then of each version or alias that has one. */
  readonly policies: readonly FunctionPolicy[]
  readonly pools: readonly PoolStatus[]
  /** CORS of each URL that has it, by its id, with AWS's member names. */
  readonly cors: Readonly<Record<string, Readonly<Record<string, unknown>>>>
}

export interface FunctionPolicy {
  /** Absent for the function itself. */
  readonly qualifier?: string
  readonly statements: readonly {
    readonly sid?: string
    /** The statement as it stands in the policy. */
    readonly statement: Readonly<Record<string, unknown>>
  }[]
}

export interface LogQuery {
  /** Name of a function; all when absent. */
  readonly function?: string
  /** The `cursor` of an earlier answer. */
  readonly after?: string
  /** 1 to 5000, default 1000: the newest. */
  readonly limit?: string
}

export interface LogPage {
  readonly lines: readonly LogLine[]
  readonly cursor: number
}

/** Who may call what: callers × URLs. A pair that is in no edge is denied, and nothing grants it even in part. */
export interface AccessPicture {
  /** Users and roles by account and name, with whom else the URLs' policies name; those of no one account last. */
  readonly callers: readonly Caller[]
  readonly urls: readonly UrlSummary[]
  readonly edges: readonly AccessEdge[]
  /** How many callers and URLs were left out: at most 5,000 pairs are decided. */
  readonly leftOut?: { readonly callers: number; readonly urls: number }
}

export interface AccessPair {
  /** `arn` of a caller; of a grant also an account id or the ARN of another account's caller. */
  readonly caller: string
  readonly urlId: string
}

export interface AccessEdge extends AccessPair {
  /**
   * `half`: one of the two actions is granted, or one side's policy grants what the other's has to grant as well. `denied`: a
   * statement denies what others grant.
   */
  readonly verdict: 'granted' | 'half' | 'denied'
  /** Of a half grant: the actions that nothing grants; across accounts, those that the function's side does not. Of a denial: those refused. */
  readonly missing: readonly string[]
  /** Kinds of policy that do not allow what is granted, and have to: `identity` for a caller of another account. */
  readonly lacks?: readonly PolicyKind[]
  /** Kinds that have to allow it and are not known here. */
  readonly unknown?: readonly PolicyKind[]
  /** Statements of the function's own policy that name this caller: what a revocation takes away. */
  readonly statementIds: readonly string[]
}

export interface AccessAnswer extends AccessPair {
  readonly verdict: AccessEdge['verdict'] | 'none'
  readonly actions: readonly ActionVerdict[]
  readonly explanation: Explanation
  readonly fixes?: Fixes
}

/** Columns, the oldest second first; all are of the same length. */
export interface Metrics {
  /** Second of the first place, Unix time. */
  readonly from: number
  /** Calls of function URLs. */
  readonly requests: readonly number[]
  /** Of these calls, in milliseconds; null in a second without any. Within 4 % of the exact value. */
  readonly p50Ms: readonly (number | null)[]
  readonly p90Ms: readonly (number | null)[]
  readonly p99Ms: readonly (number | null)[]
  /** Of these calls, by the gate; a gate that refused nothing is absent. */
  readonly refusals: Readonly<Partial<Record<Gate, readonly number[]>>>
  /** Execution environments at the end of the second. */
  readonly environments: readonly number[]
  /** Environments that were started in it. */
  readonly coldStarts: readonly number[]
  /** Calls of the AWS APIs. */
  readonly apiCalls: readonly number[]
}

export interface StreamQuery {
  /** A cursor of `GET /requests`, or of an earlier event; absent for now. */
  readonly after?: string
  /** Whether seconds of metrics are wanted, too. */
  readonly metrics?: '1'
  /** Name of a function whose log lines are wanted, too; `*` for all. */
  readonly logs?: string
}

/**
 * Events by name, with their data. Requests come in batches, several a second: a reader that does not keep up gets the newest
 * and is told how many it missed, and nothing is kept for it.
 */
export interface StreamEvents {
  /** New requests, oldest first, and how many the side has with them. The filter is the page's. */
  readonly requests: { readonly rows: readonly RequestRow[]; readonly cursor: number; readonly total: number }
  /** So many requests were left out since the last event. */
  readonly missed: { readonly requests: number; readonly cursor: number }
  /** The seconds that ended since the last event: columns as in `GET /metrics`. */
  readonly metrics: Metrics
  /** `missed`: lines that were left out before these, of whatever functions. */
  readonly logs: { readonly lines: readonly LogLine[]; readonly missed: number; readonly cursor: number }
  /** Functions, URLs, policies, users or roles changed: what is shown of them is old. */
  readonly changed: { readonly operations: readonly string[] }
}

export interface FixInput {
  readonly recordId: string
  /** Whether the request is sent once more when all is done. */
  readonly replay?: boolean
}

export interface FixAnswer {
  readonly steps: readonly Step[]
  readonly replay?: Replay
}

/** One call of an API that was made for the page; it has a record like any other. */
export interface Step {
  /** `lambda:AddPermission`. */
  readonly operation: string
  /** What it is about: a statement id, the name of a policy. */
  readonly subject: string
  /** `kept`: it was there before. */
  readonly outcome: 'done' | 'kept' | 'failed'
  /** AWS's code and message. */
  readonly error?: string
}

export interface ReplayInput {
  readonly recordId: string
  /** ARN of a user or role of the side, `*` for unsigned; default as `RequestDetail.replay` says. */
  readonly as?: string
  /**
   * What is sent instead of what was; the host stays. A header or a body that is given as it was shown, `***` and all, is sent
   * as it was.
   */
  readonly edit?: {
    readonly method: string
    readonly target: string
    readonly headers: readonly (readonly [name: string, value: string])[]
    /** Absent to keep it as it was. */
    readonly body?: { readonly text: string; readonly encoding: 'utf8' | 'base64' }
  }
}

/** What came of a replay; the status is 0 when the connection broke. */
export interface Replay extends SentAnswer {
  /** Of its own record. */
  readonly recordId: string
  /** Who signed it; `*` for nobody. */
  readonly as: string
  readonly body: Payload
  readonly durationMs: number
}

/** The kinds of policy that a verdict names. */
export type { PolicyKind }
