import { describe, expect, it } from 'vitest'
import { createLineFilter, createPlatformLog } from './platform-log.ts'
import type { InvocationReport, PlatformLog } from './platform-log.ts'
import type { FunctionLogging, FunctionSpec } from './types.ts'

const arn = 'arn:aws:lambda:eu-west-1:111122223333:function:hello'
const time = '2026-11-29T12:00:00.000Z'

function open(logging?: FunctionLogging): PlatformLog {
  const spec: FunctionSpec = {
    arn,
    accountId: '111122223333',
    region: 'eu-west-1',
    name: 'hello',
    version: '7',
    roleArn: 'arn:aws:iam::111122223333:role/r',
    runtime: 'nodejs24.x',
    handler: 'index.handler',
    timeoutSeconds: 3,
    memorySizeMb: 128,
    environment: {},
    codeFolder: '/code',
    revision: '1',
    ...(logging === undefined ? {} : { logging }),
  }
  return createPlatformLog(spec, () => new Date(time))
}

const report: InvocationReport = {
  requestId: 'r',
  durationMs: 1.0051,
  memorySizeMb: 128,
  maxMemoryUsedMb: 60,
  initDurationMs: 2,
  status: 'success',
  producedBytes: 4,
  traceId: 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=557abcec3ee5a047;Sampled=1',
}

const json = (lines: readonly string[]): unknown[] => lines.map((line) => JSON.parse(line) as unknown)

describe('createPlatformLog() as text', () => {
  it('writes the lines of Lambda, the init phase billed', () => {
    const log = open()
    expect(log.start('r', arn)).toEqual(['START RequestId: r Version: 7'])
    expect(log.end(report)).toEqual([
      'END RequestId: r',
      'REPORT RequestId: r\tDuration: 1.01 ms\tBilled Duration: 4 ms\tMemory Size: 128 MB\tMax Memory Used: 60 MB\tInit Duration: 2.00 ms\t',
      'XRAY TraceId: 1-5759e988-bd862e3fe1be46a994272793\tSegmentId: 557abcec3ee5a047\tSampled: true\t',
    ])
    expect(
      log.end({ requestId: 'r', durationMs: 0, memorySizeMb: 1, status: 'timeout', producedBytes: 0 })[1],
    ).toBe(
      'REPORT RequestId: r\tDuration: 0.00 ms\tBilled Duration: 1 ms\tMemory Size: 1 MB\tStatus: timeout\t',
    )
    expect(log.extension({ name: 'e', state: 'Ready', events: ['INVOKE', 'SHUTDOWN'] })).toEqual([
      'EXTENSION\tName: e\tState: Ready\tEvents: [INVOKE,SHUTDOWN]',
    ])
  })

  it('says why a process is gone as Lambda does', () => {
    const log = open()
    expect(log.broken('r', 'Sandbox.Timedout', '')).toEqual([`${time} r Task timed out after 3.00 seconds`])
    expect(log.broken('r', 'Runtime.ExitError', 'RequestId: r Error: x')).toEqual([
      'RequestId: r Error: x',
      'Runtime.ExitError',
    ])
    expect(log.initDone({ durationMs: 5, status: 'error', errorType: 'Runtime.ExitError' })).toEqual([
      'INIT_REPORT Init Duration: 5.00 ms\tPhase: init\tStatus: error\tError Type: Runtime.ExitError',
    ])
  })
})

describe('createPlatformLog() as JSON', () => {
  it('writes events with the members of Lambda in their order', () => {
    const log = open({ format: 'JSON' })
    expect(log.start('r', arn)).toEqual([
      `{"time":"${time}","type":"platform.start","record":{"requestId":"r","functionArn":"${arn}","version":"7"}}`,
    ])
    expect(log.end(report)).toEqual([
      `{"time":"${time}","type":"platform.report","record":{"requestId":"r","metrics":{"durationMs":1.005,"billedDurationMs":4,"memorySizeMB":128,"maxMemoryUsedMB":60,"initDurationMs":2},"tracing":{"spanId":"557abcec3ee5a047","type":"X-Amzn-Trace-Id","value":"${report.traceId}"},"status":"success"}}`,
    ])
    expect(json(log.initStart('node', 'id'))).toMatchObject([
      { type: 'platform.initStart', record: { runtimeVersion: 'node', instanceMaxMemory: 134_217_728 } },
    ])
    expect(log.initDone({ durationMs: 5, status: 'success' })).toEqual([])
  })

  it.each([
    ['DEBUG', ['platform.start', 'platform.runtimeDone', 'platform.report']],
    ['INFO', ['platform.start', 'platform.report']],
    ['WARN', []],
  ])('leaves out what is below %s', (systemLevel, types) => {
    const log = open({ format: 'JSON', systemLevel })
    expect(json([...log.start('r', arn), ...log.end(report)])).toMatchObject(types.map((type) => ({ type })))
    const failed = json(log.end({ ...report, status: 'error', errorType: 'Runtime.OutOfMemory' }))
    expect(failed.at(-1)).toMatchObject({
      type: 'platform.report',
      record: { status: 'error', errorType: 'Runtime.OutOfMemory' },
    })
  })
})

describe('createLineFilter()', () => {
  it('filters nothing of a text log, nor at TRACE', () => {
    expect(createLineFilter(undefined)).toBeUndefined()
    expect(createLineFilter({ format: 'Text', applicationLevel: 'FATAL' })).toBeUndefined()
    expect(createLineFilter({ format: 'JSON', applicationLevel: 'TRACE' })).toBeUndefined()
  })

  it('knows the level of JSON with a time; every other line is INFO', () => {
    const isShown = createLineFilter({ format: 'JSON', applicationLevel: 'WARN' })
    const line = (level: string): string => JSON.stringify({ level, timestamp: time })
    expect(['debug', 'INFO', 'Warning', 'CRITICAL'].map((level) => isShown?.(line(level)))).toEqual([
      false,
      false,
      true,
      true,
    ])
    expect(['plain', '{broken', '{"level":"ERROR"}'].map((text) => isShown?.(text))).toEqual([
      false,
      false,
      false,
    ])
    expect(createLineFilter({ format: 'JSON' })?.('plain')).toBe(true)
  })
})
