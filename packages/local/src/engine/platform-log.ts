import type { ExtensionStatus } from './extensions-api.ts'
import type { FunctionLogging, FunctionSpec } from './types.ts'

/** How a part of an environment's life ended. */
export type PlatformStatus = 'success' | 'timeout' | 'error'

/** The end of an init phase. */
export interface InitReport {
  readonly durationMs: number
  readonly status: PlatformStatus
  readonly errorType?: string
}

/** What a REPORT line says. */
export interface InvocationReport {
  readonly requestId: string
  readonly durationMs: number
  readonly memorySizeMb: number
  /** Highest resident memory of the environment so far; absent where the platform does not tell. */
  readonly maxMemoryUsedMb?: number
  /** Present on the first invocation of an environment; it is billed. */
  readonly initDurationMs?: number
  readonly status: PlatformStatus
  /** Present when the invocation did not succeed. */
  readonly errorType?: string
  /** The trace header as the function had it. */
  readonly traceId?: string
  /** Bytes of the response. */
  readonly producedBytes: number
}

/** Lambda's own lines in a function's log; each call tells the lines to write, none when the level leaves them out. */
export interface PlatformLog {
  initStart(runtime: string, instanceId: string): readonly string[]
  initDone(report: InitReport): readonly string[]
  extension(status: ExtensionStatus): readonly string[]
  start(requestId: string, functionArn: string): readonly string[]
  /** Why the processes are gone before they answered; worded as the error document. */
  broken(requestId: string, errorType: string, errorMessage: string): readonly string[]
  end(report: InvocationReport): readonly string[]
}

const initialization = { initializationType: 'on-demand', phase: 'init' } as const

/**
 * Creates the writer of Lambda's own lines.
 * @param spec The function: its version, and the format of its log.
 * @param now The clock.
 * @returns Text lines, or JSON events from the system level on.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-logformat.html
 */
export function createPlatformLog(spec: FunctionSpec, now: () => Date): PlatformLog {
  return spec.logging?.format === 'JSON' ? createJsonLog(spec, spec.logging, now) : createTextLog(spec, now)
}

function createTextLog(spec: FunctionSpec, now: () => Date): PlatformLog {
  const { version, timeoutSeconds } = spec
  return {
    initStart: (runtime) => [`INIT_START Runtime Version: ${runtime}`],
    initDone: ({ durationMs, status, errorType }) =>
      status === 'success'
        ? []
        : [
            `INIT_REPORT Init Duration: ${durationMs.toFixed(2)} ms\tPhase: init\tStatus: ${status}${errorType === undefined ? '' : `\tError Type: ${errorType}`}`,
          ],
    extension: ({ name, state, events }) => [
      `EXTENSION\tName: ${name}\tState: ${state}\tEvents: [${events.join(',')}]`,
    ],
    start: (requestId) => [`START RequestId: ${requestId} Version: ${version}`],
    broken: (requestId, errorType, errorMessage) =>
      errorType === 'Sandbox.Timedout'
        ? [`${now().toISOString()} ${requestId} Task timed out after ${timeoutSeconds.toFixed(2)} seconds`]
        : [errorMessage, errorType],
    end: (report) => {
      const lines = [`END RequestId: ${report.requestId}`, createReportLine(report)]
      const trace = readSampledTrace(report.traceId)
      if (trace !== undefined)
        lines.push(`XRAY TraceId: ${trace.root}\tSegmentId: ${trace.segment}\tSampled: true\t`)
      return lines
    },
  }
}

function createReportLine(report: InvocationReport): string {
  let line = `REPORT RequestId: ${report.requestId}\tDuration: ${report.durationMs.toFixed(2)} ms\tBilled Duration: ${billedMs(report)} ms\tMemory Size: ${report.memorySizeMb} MB\t`
  if (report.maxMemoryUsedMb !== undefined) line += `Max Memory Used: ${report.maxMemoryUsedMb} MB\t`
  if (report.initDurationMs !== undefined) line += `Init Duration: ${report.initDurationMs.toFixed(2)} ms\t`
  if (report.status !== 'success') line += `Status: ${report.status}\t`
  if (report.errorType !== undefined) line += `Error Type: ${report.errorType}\t`
  return line
}

// The init phase is billed for every function since August 2025.
function billedMs({ durationMs, initDurationMs = 0 }: InvocationReport): number {
  return Math.max(1, Math.ceil(durationMs + initDurationMs))
}

const systemLevels = ['DEBUG', 'INFO', 'WARN'] as const
type SystemLevel = (typeof systemLevels)[number]

function createJsonLog(spec: FunctionSpec, logging: FunctionLogging, now: () => Date): PlatformLog {
  const lowest = levelOf(systemLevels, logging.systemLevel, 'INFO')
  const write = (level: SystemLevel, type: string, record: object): string[] =>
    systemLevels.indexOf(level) < lowest
      ? []
      : [JSON.stringify({ time: now().toISOString(), type: `platform.${type}`, record })]
  return {
    initStart: (runtimeVersion, instanceId) =>
      write('INFO', 'initStart', {
        ...initialization,
        runtimeVersion,
        functionName: spec.name,
        functionVersion: spec.version,
        instanceId,
        instanceMaxMemory: spec.memorySizeMb * 1024 ** 2,
      }),
    initDone: ({ durationMs, status, errorType }) => {
      const level = status === 'success' ? 'DEBUG' : 'WARN'
      const outcome = { ...initialization, status, ...(errorType === undefined ? {} : { errorType }) }
      return [
        ...write(level, 'initRuntimeDone', outcome),
        ...write(level, 'initReport', { ...outcome, metrics: { durationMs: round(durationMs) } }),
      ]
    },
    extension: (status) => write(status.state === 'Ready' ? 'INFO' : 'WARN', 'extension', status),
    start: (requestId, functionArn) =>
      write('INFO', 'start', { requestId, functionArn, version: spec.version }),
    // The report says it.
    broken: () => [],
    end: (report) => {
      const { requestId, status, errorType, durationMs, maxMemoryUsedMb, initDurationMs } = report
      const outcome = { status, ...(errorType === undefined ? {} : { errorType }) }
      const trace = readSampledTrace(report.traceId)
      const tracing =
        trace === undefined
          ? {}
          : { tracing: { spanId: trace.segment, type: 'X-Amzn-Trace-Id', value: report.traceId } }
      const isGood = status === 'success'
      return [
        ...write(isGood ? 'DEBUG' : 'WARN', 'runtimeDone', {
          requestId,
          ...outcome,
          metrics: { durationMs: round(durationMs), producedBytes: report.producedBytes },
        }),
        ...write(isGood ? 'INFO' : 'WARN', 'report', {
          requestId,
          metrics: {
            durationMs: round(durationMs),
            billedDurationMs: billedMs(report),
            memorySizeMB: report.memorySizeMb,
            ...(maxMemoryUsedMb === undefined ? {} : { maxMemoryUsedMB: maxMemoryUsedMb }),
            ...(initDurationMs === undefined ? {} : { initDurationMs: round(initDurationMs) }),
          },
          ...tracing,
          ...outcome,
        }),
      ]
    },
  }
}

function round(ms: number): number {
  return Math.round(ms * 1000) / 1000
}

/** The trace of a header that asks for sampling. */
function readSampledTrace(header: string | undefined): { root: string; segment: string } | undefined {
  if (header === undefined || !header.includes('Sampled=1')) return undefined
  const root = /(?:^|;)\s*Root=([^;]+)/.exec(header)?.[1]
  const segment = /(?:^|;)\s*Parent=([^;]+)/.exec(header)?.[1] ?? ''
  return root === undefined ? undefined : { root, segment }
}

const applicationLevels = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'] as const

/**
 * Creates the filter of a function's own lines.
 * @param logging What its LoggingConfig says.
 * @returns Tells whether a line is written; undefined when every line is. With the format JSON, a line that is a JSON
 *   object with a level and a time counts as of that level, and any other line as of INFO.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html
 */
export function createLineFilter(
  logging: FunctionLogging | undefined,
): ((line: string) => boolean) | undefined {
  if (logging?.format !== 'JSON') return undefined
  const lowest = levelOf(applicationLevels, logging.applicationLevel, 'INFO')
  return lowest === 0 ? undefined : (line) => readLevel(line) >= lowest
}

function readLevel(line: string): number {
  const plain = applicationLevels.indexOf('INFO')
  if (!line.startsWith('{')) return plain
  try {
    const { level, timestamp, time } = JSON.parse(line) as Record<string, unknown>
    if (typeof level !== 'string' || Number.isNaN(Date.parse(String(timestamp ?? time)))) return plain
    return levelOf(applicationLevels, aliases[level.toUpperCase()] ?? level, 'INFO')
  } catch {
    return plain
  }
}

// Python's names.
const aliases: Readonly<Record<string, string>> = { WARNING: 'WARN', CRITICAL: 'FATAL' }

function levelOf(levels: readonly string[], level: string | undefined, fallback: string): number {
  const at = levels.indexOf((level ?? fallback).toUpperCase())
  return at === -1 ? levels.indexOf(fallback) : at
}
