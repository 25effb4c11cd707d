/** A function as the engine runs it. */
export interface FunctionSpec {
  /** Unqualified function ARN. */
  readonly arn: string
  readonly accountId: string
  readonly region: string
  readonly name: string
  /** `$LATEST` or a version number. */
  readonly version: string
  /** Runtime id, for example `nodejs22.x`. */
  readonly runtime: string
  readonly handler: string
  /** Whose session its environments get. */
  readonly roleArn: string
  readonly timeoutSeconds: number
  readonly memorySizeMb: number
  /** The function's own variables. */
  readonly environment: Readonly<Record<string, string>>
  /** The unpacked code, the working folder of its processes. */
  readonly codeFolder: string
  /** Changes with code or configuration: environments of an older revision are drained and retired. */
  readonly revision: string
  /** How its log is written; default text into `/aws/lambda/<name>`. */
  readonly logging?: FunctionLogging
  /** What runs its bootstrap, where it is not what its runtime says: under development. */
  readonly interpreter?: {
    readonly program?: string
    /** Before the bootstrap. */
    readonly arguments?: readonly string[]
  }
}

/** What a function's LoggingConfig says; the levels count with the format JSON only. */
export interface FunctionLogging {
  readonly format: 'Text' | 'JSON'
  /** Lowest level of the function's own lines, TRACE to FATAL; default INFO. */
  readonly applicationLevel?: string
  /** Lowest level of Lambda's lines, DEBUG to WARN; default INFO. */
  readonly systemLevel?: string
  /** Default `/aws/lambda/<name>`. */
  readonly group?: string
}

/** One call of a function. */
export interface Invocation {
  readonly requestId: string
  /** The event, JSON. */
  readonly payload: Uint8Array
  /** Value of `X-Amzn-Trace-Id`. */
  readonly traceId?: string
  /** The client context: JSON text, or that text in base64 as the Invoke API carries it. */
  readonly clientContext?: string
  /** ARN as it was called, with alias or version; default the unqualified ARN. */
  readonly invokedFunctionArn?: string
}

/** Temporary credentials of a role. */
export interface SessionCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken: string
  readonly expiresAt: Date
}

/** One line of a function's log. */
export interface LogLine {
  /** ISO time at which the line was read. */
  readonly at: string
  readonly functionArn: string
  /** Absent for lines of the init phase and between invocations. */
  readonly requestId?: string
  readonly text: string
}

/** Why a function under development has no code that could be called. */
export interface SourceFailure {
  /** What the compiler or the interpreter says. */
  readonly message: string
  /** Path as a person would write it, from the folder of the entry. */
  readonly file?: string
  /** From 1. */
  readonly line?: number
  /** From 1. */
  readonly column?: number
  /** The line itself. */
  readonly lineText?: string
}

interface OutcomeLog {
  /**
   * The lines of this invocation, START to REPORT, and of the init phase before it when it was the first.
   * The list grows until `finished` has settled; with the bootstraps of this package only END and REPORT come after a
   * buffered outcome.
   */
  readonly logLines: readonly string[]
  /** Settles when the runtime asked for the next event, or ended: nothing can be added after it. Never rejects. */
  readonly finished: Promise<void>
}

/** What became of an invocation. */
export type InvokeOutcome = OutcomeLog &
  (
    | { readonly kind: 'result'; readonly payload: Uint8Array }
    | {
        readonly kind: 'stream'
        readonly contentType: string
        /** To be read once; iteration throws StreamFailed when the function failed after the first byte. */
        readonly body: AsyncIterable<Uint8Array>
        /** The reader left: what still comes is discarded, the function goes on to its end as on Lambda. */
        cancel(): void
      }
    | {
        readonly kind: 'error'
        readonly errorType: string
        /** JSON as Invoke returns it. */
        readonly document: Uint8Array
        /**
         * `source`: no process was asked, the code under development does not compile or load. `fault`: none was asked, a
         * fault on demand failed in its place.
         */
        readonly phase: 'init' | 'invoke' | 'timeout' | 'exit' | 'source' | 'fault'
        /** With the phase `source`. */
        readonly sourceFailure?: SourceFailure
      }
  )

/** Numbers an engine works with; the defaults are in `defaultLimits`. */
export interface EngineLimits {
  /** Processes of one function at a time. */
  readonly processesPerFunction: number
  /** Processes in all. */
  readonly processes: number
  /** Idle time after which a process is frozen; Infinity for never. */
  readonly freezeAfterMs: number
  /** Idle time after which an environment is stopped; Infinity for never. */
  readonly idleExpiryMs: number
  /** Length of the init phase, after which it is repeated under the function's timeout; Infinity for no bound. */
  readonly initMs: number
  /** Time between SIGTERM and SIGKILL for a runtime with internal extensions alone; one with none gets SIGKILL at once. */
  readonly stopMs: number
  /** The same for a runtime and its external extensions together: the runtime has three tenths of it. */
  readonly shutdownMs: number
}

/** How a function runs under a debugger: in one environment, with no timeout, never frozen, never expired. */
export interface Debugging {
  /** Arguments of the interpreter, before the bootstrap: `--inspect=9229`, or `-m debugpy --listen 5678`. */
  readonly arguments: readonly string[]
}

/** How an engine is set up. */
export interface EngineOptions {
  /** Makes a session of the function's role for a new environment. */
  sessionFor(spec: FunctionSpec): SessionCredentials
  /** Endpoint variables for every function; a function's own variable of the same name wins. */
  clientEnvironment(): Promise<Readonly<Record<string, string>>>
  /** Receives every log line as it is read. */
  onLog(line: LogLine): void
  /** Runtime id → program that takes the place of the default one. */
  readonly runtimes?: Readonly<Record<string, string>>
  /** The folder that stands for /opt: `extensions/`, `bin/`, `lib/`, `nodejs/`, `python/`, and wrapper scripts. */
  readonly optFolder?: string
  /** Receives what a user should know of the engine, once: that an interpreter is of another version, say. */
  onNotice?(text: string): void
  /** Hears of each environment whose init phase begins. */
  onColdStart?(): void
  /** Asked once for each new revision of a function: whether it runs under a debugger, and how. */
  debugOf?(spec: FunctionSpec): Debugging | undefined
  readonly limits?: Partial<EngineLimits>
  /** The clock that decides whether a session is near its end. */
  now?(): Date
}
