import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { LocalError } from '../errors.ts'
import {
  call,
  canRun,
  childrenOf,
  countBusy,
  createEngine,
  createFunction,
  errorOf,
  esm,
  hasPython,
  isAlive,
  isLinux,
  lastRequestId,
  numberOf,
  openGate,
  processState,
  readAll,
  resultOf,
  session,
  settled,
  textOf,
  until,
  waitForGate,
} from '../testing/engine.ts'
import type { Result } from '../testing/engine.ts'
import { StreamFailed } from './index.ts'
import { removeLeftovers } from './leftovers.ts'
import type { FunctionSpec } from './index.ts'

const hello = `export const handler = async (event, context) => ({ event, pid: process.pid })`

describe('invoke() with Node.js', () => {
  it('runs an ES module and a CommonJS handler', async () => {
    const { engine } = createEngine()
    const module = await createFunction(esm(hello))
    expect(resultOf(await call(engine, module, { a: 'ü' })).event).toEqual({ a: 'ü' })
    const script = await createFunction(
      { 'index.js': 'exports.handler = async () => "script"' },
      { revision: '2' },
    )
    expect(resultOf(await call(engine, script))).toBe('script')
  })

  it('finds handlers in folders, in nested objects and in packages of type module', async () => {
    const { engine } = createEngine()
    const nested = await createFunction(
      {
        'package.json': '{"type":"module"}',
        'src/app.js':
          'const value = await Promise.resolve("nested")\nexport const api = { get: async () => value }',
      },
      { handler: 'src/app.api.get' },
    )
    expect(resultOf(await call(engine, nested))).toBe('nested')
  })

  it('gives the context and the invocation’s own ids', async () => {
    const { engine } = createEngine()
    const spec = await createFunction(
      esm(`export const handler = async (event, context) => ({ ...context, left: context.getRemainingTimeInMillis(),
        trace: process.env._X_AMZN_TRACE_ID })`),
    )
    const outcome = await engine.invoke(spec, {
      requestId: 'the-id',
      payload: Buffer.from('{}'),
      traceId: 'Root=1-2-3\r\nInjected: 1',
      clientContext: Buffer.from('{"custom":{"k":"é"}}').toString('base64'),
      invokedFunctionArn: `${spec.arn}:live`,
    })
    const context = resultOf(outcome)
    expect(context).toMatchObject({
      awsRequestId: 'the-id',
      invokedFunctionArn: `${spec.arn}:live`,
      functionName: 'hello',
      functionVersion: '$LATEST',
      memoryLimitInMB: '128',
      logGroupName: '/aws/lambda/hello',
      clientContext: { custom: { k: 'é' } },
      trace: 'Root=1-2-3  Injected: 1',
    })
    expect(context.left).toBeGreaterThan(5_000)
    expect(context.left).toBeLessThanOrEqual(10_000)
    expect(context.logStreamName).toMatch(/^\d{4}\/\d\d\/\d\d\/\[\$LATEST\][0-9a-f]{32}$/)
  })

  it('logs START, the prefixed lines, END and REPORT, complete with the outcome', async () => {
    const { engine, lines } = createEngine()
    const spec = await createFunction(
      esm(`console.log('loading'); export const handler = async () => {
        console.warn('careful', { a: 1 }); process.stdout.write('raw'); console.error('bad'); process.stderr.write('err\\n') }`),
    )
    const first = await call(engine, spec)
    const id = lastRequestId()
    const texts = first.logLines
    expect(texts[0]).toMatch(/^INIT_START Runtime Version: /)
    expect(texts[1]).toMatch(/^\S+Z\tundefined\tINFO\tloading$/)
    expect(texts[2]).toBe(`START RequestId: ${id} Version: $LATEST`)
    expect(texts.filter((text) => text.includes(`\t${id}\tWARN\tcareful { a: 1 }`))).toHaveLength(1)
    expect(texts).toContain('err')
    expect(texts.at(-2)).toBe(`END RequestId: ${id}`)
    expect(texts.at(-1)).toMatch(
      new RegExp(
        `^REPORT RequestId: ${id}\\tDuration: [\\d.]+ ms\\tBilled Duration: \\d+ ms\\tMemory Size: 128 MB\\t.*Init Duration: [\\d.]+ ms\\t$`,
      ),
    )
    const second = (await call(engine, spec)).logLines
    expect(second[0]).toMatch(/^START/)
    expect(second.at(-1)).not.toContain('Init Duration')
    expect(lines.filter((line) => line.requestId === id).map((line) => line.text)).toEqual(texts.slice(2))
    expect(lines[0]).toMatchObject({ functionArn: spec.arn, text: texts[0] })
  })

  it('obeys the log format and the log level', async () => {
    const { engine } = createEngine()
    const spec = await createFunction(
      esm(
        `export const handler = async () => { console.info('hidden'); console.warn({ a: 1 }); console.error('bad', new TypeError('t')) }`,
      ),
      { environment: { AWS_LAMBDA_LOG_FORMAT: 'JSON', AWS_LAMBDA_LOG_LEVEL: 'warn' } },
    )
    const logged = (await call(engine, spec)).logLines.filter((text) => text.startsWith('{'))
    const requestId = lastRequestId()
    expect(logged.map((text): unknown => JSON.parse(text))).toMatchObject([
      { level: 'WARN', requestId, message: { a: 1 } },
      { level: 'ERROR', requestId, errorType: 'TypeError', errorMessage: 't' },
    ])
  })

  it('has a long log complete when the outcome is handed out', async () => {
    const { engine } = createEngine()
    const spec = await createFunction(
      esm(
        `export const handler = async () => { for (let i = 0; i < 3000; i++) console.log(i + ' ' + 'x'.repeat(100)) }`,
      ),
    )
    const texts = (await call(engine, spec)).logLines
    expect(texts.filter((text) => text.includes('xxx'))).toHaveLength(3000)
  })

  it('reports what a handler throws with its type and trace', async () => {
    const { engine } = createEngine()
    const spec = await createFunction(
      esm(
        `export const handler = async (event) => { if (event.text) throw 'text'; throw new RangeError('too far') }`,
      ),
    )
    const failed = await call(engine, spec)
    const { document, ...rest } = errorOf(failed)
    expect(rest).toEqual({ phase: 'invoke', errorType: 'RangeError' })
    expect(document).toMatchObject({ errorType: 'RangeError', errorMessage: 'too far' })
    expect(document.trace[0]).toBe('RangeError: too far')
    expect(failed.logLines.join('\n')).toContain('\tERROR\tInvoke Error \t{"errorType":"RangeError"')
    expect(failed.logLines.at(-1)).toContain('Status: error\tError Type: RangeError')
    expect(errorOf(await call(engine, spec, { text: 1 })).document).toEqual({
      errorType: 'string',
      errorMessage: 'text',
      trace: [],
    })
  })

  it('reports a missing module, a missing handler, a syntax error and a malformed name in the init phase', async () => {
    const cases: [Record<string, string>, string, string, RegExp][] = [
      [{ 'a.txt': '' }, 'index.handler', 'Runtime.ImportModuleError', /^Error: Cannot find module 'index'/],
      [
        { 'index.js': 'require("no-such-package")' },
        'index.handler',
        'Runtime.ImportModuleError',
        /^Error: Cannot find module 'no-such-package'/,
      ],
      [
        { 'index.js': 'exports.other = 1' },
        'index.handler',
        'Runtime.HandlerNotFound',
        /^index\.handler is undefined or not exported$/,
      ],
      [
        { 'index.js': 'exports.handler = 1' },
        'index.handler',
        'Runtime.HandlerNotFound',
        /^index\.handler is not a function$/,
      ],
      [
        { 'index.js': 'exports.handler = (' },
        'index.handler',
        'Runtime.UserCodeSyntaxError',
        /^SyntaxError: /,
      ],
      [
        { 'index.mjs': 'import "no-such-package"' },
        'index.handler',
        'Error',
        /^Cannot find package 'no-such-package' imported from/,
      ],
      [{ 'index.js': '' }, 'index', 'Runtime.MalformedHandlerName', /^Bad handler$/],
      [{ 'index.js': '' }, '../index.handler', 'Runtime.MalformedHandlerName', /is not a valid handler name/],
      [{ 'index.js': 'throw new TypeError("at load")' }, 'index.handler', 'TypeError', /^at load$/],
    ]
    const { engine } = createEngine()
    for (const [index, [files, handler, errorType, message]] of cases.entries()) {
      const spec = await createFunction(files, { handler, revision: String(index) })
      const outcome = await call(engine, spec)
      const error = errorOf(outcome)
      expect(error.phase).toBe('init')
      expect(error.errorType).toBe(errorType)
      expect(error.document.errorType).toBe(errorType)
      expect(error.document.errorMessage).toMatch(message)
      expect(error.document.trace).toBeInstanceOf(Array)
      const text = outcome.logLines.join('\n')
      expect(text).toContain('\tundefined\tERROR\tUncaught Exception \t')
      expect(text).toContain('Phase: init\tStatus: error')
      expect(text).toMatch(/START.*\nEND.*\nREPORT/)
    }
  })

  it('reports uncaught exceptions and unhandled rejections and continues in a fresh process', async () => {
    const { engine } = createEngine()
    const spec = await createFunction(
      esm(`export const handler = async (event) => {
        if (event.throw) setTimeout(() => { throw new Error('later') }, 1)
        if (event.reject) setTimeout(() => { Promise.reject(new Error('unheard')) }, 1)
        if (event.throw || event.reject) await new Promise((done) => setTimeout(done, 5000))
        return process.pid }`),
    )
    const pid = numberOf(await call(engine, spec))
    const thrown = errorOf(await call(engine, spec, { throw: 1 }))
    expect(thrown.document).toMatchObject({ errorType: 'Error', errorMessage: 'later' })
    const rejected = errorOf(await call(engine, spec, { reject: 1 }))
    expect(rejected.document).toMatchObject({
      errorType: 'Runtime.UnhandledPromiseRejection',
      errorMessage: 'Error: unheard',
    })
    expect(resultOf(await call(engine, spec))).not.toBe(pid)
  })

  it('serves callbacks before nodejs24.x and refuses them from then on', async () => {
    const files = {
      'index.js': `let late
      exports.handler = (event, context, callback) => {
        clearTimeout(late)
        if (event.never) return
        context.callbackWaitsForEmptyEventLoop = event.waits ?? true
        late = setTimeout(() => console.log('late'), event.waits === false ? 60_000 : 30)
        callback(event.fail ? new Error('called back') : null, 'called') }`,
    }
    const { engine } = createEngine()
    const spec = await createFunction(files)
    const waited = await call(engine, spec, { waits: true })
    expect(resultOf(waited)).toBe('called')
    expect(waited.logLines.join('\n')).toContain('late')
    const hurried = await call(engine, spec, { waits: false })
    expect(resultOf(hurried)).toBe('called')
    expect(hurried.logLines.join('\n')).not.toContain('late')
    expect(resultOf(await call(engine, spec, { never: true }))).toBeNull()
    expect(errorOf(await call(engine, spec, { fail: true })).document.errorMessage).toBe('called back')
    const refused = await createFunction(files, { runtime: 'nodejs24.x', revision: '2' })
    const error = errorOf(await call(engine, refused))
    expect(error).toMatchObject({ phase: 'init', errorType: 'Runtime.CallbackHandlerDeprecated' })
  })

  it('says so when a Promise never settles', async () => {
    const { engine } = createEngine()
    for (const runtime of ['nodejs22.x', 'nodejs24.x']) {
      const spec = await createFunction(esm('export const handler = async () => new Promise(() => {})'), {
        runtime,
        revision: runtime,
      })
      expect(errorOf(await call(engine, spec)).errorType).toBe('Runtime.NodeJsExit')
    }
  })

  it('answers undefined with null and refuses what is no JSON', async () => {
    const { engine } = createEngine()
    const spec = await createFunction(
      esm('export const handler = async (event) => { if (event.loop) { const a = {}; a.a = a; return a } }'),
    )
    expect(resultOf(await call(engine, spec))).toBeNull()
    expect(errorOf(await call(engine, spec, { loop: 1 })).document.errorMessage).toBe(
      'Unable to stringify response body',
    )
  })
})

describe('streaming', () => {
  const streaming = (body: string): Record<string, string> =>
    esm(`export const handler = awslambda.streamifyResponse(async (event, stream, context) => { ${body} })`)

  it('hands out the content type and the parts as they are written', async () => {
    const { engine } = createEngine()
    const spec = await createFunction(
      esm(`${waitForGate}
        export const handler = awslambda.streamifyResponse(async (event, stream) => {
          stream.setContentType('text/plain'); stream.write('one')
          await gate(event.gate); stream.write({ two: 2 }); stream.end() })`),
    )
    const gate = join(spec.codeFolder, 'gate')
    const outcome = await call(engine, spec, { gate })
    if (outcome.kind !== 'stream') throw new Error(outcome.kind)
    expect(outcome.contentType).toBe('text/plain')
    let text = ''
    for await (const part of outcome.body) {
      text += Buffer.from(part).toString()
      // The second part is not written before the first one has been seen.
      if (text === 'one') await openGate(gate)
    }
    expect(text).toBe('one{"two":2}')
    await outcome.finished
    expect(outcome.logLines.at(-1)).toMatch(/^REPORT/)
    expect(await readAll(await call(engine, spec, { gate }))).toHaveLength(12)
  })

  it('sends the prelude with the first write', async () => {
    const { engine } = createEngine()
    const spec = await createFunction(
      streaming(`const http = awslambda.HttpResponseStream.from(stream, { statusCode: 201, headers: { a: 'b' } });
        http.write(''); http.write('body'); http.end()`),
    )
    const outcome = await call(engine, spec)
    if (outcome.kind !== 'stream') throw new Error(outcome.kind)
    expect(outcome.contentType).toBe('application/vnd.awslambda.http-integration-response')
    expect((await readAll(outcome)).toString()).toBe(
      `{"statusCode":201,"headers":{"a":"b"}}${'\0'.repeat(8)}body`,
    )
  })

  it('makes an error of a failure before the first byte, and StreamFailed of a later one', async () => {
    const { engine } = createEngine()
    const spec = await createFunction(
      streaming(`if (event.late) { stream.write('begun'); await new Promise((done) => setTimeout(done, 20)) }
        throw new TypeError('broken')`),
    )
    expect(errorOf(await call(engine, spec))).toMatchObject({ phase: 'invoke', errorType: 'TypeError' })
    const outcome = await call(engine, spec, { late: true })
    const failure = await readAll(outcome).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(StreamFailed)
    expect((failure as StreamFailed).errorType).toBe('TypeError')
    expect(JSON.parse((failure as StreamFailed).errorBody)).toMatchObject({ errorMessage: 'broken' })
    await outcome.finished
    expect(outcome.logLines.at(-1)).toContain('Status: error\tError Type: TypeError')
  })

  it('ends a stream with an exit error when the process ends, and with a timeout at the timeout', async () => {
    const { engine } = createEngine()
    const spec = await createFunction(
      streaming(`stream.write('begun'); await new Promise((done) => setTimeout(done, 20));
        if (event.exit) process.exit(7); await new Promise((done) => setTimeout(done, 9000))`),
    )
    const exited = await readAll(await call(engine, spec, { exit: 1 })).catch((error: unknown) => error)
    expect((exited as StreamFailed).errorType).toMatch(/^Runtime\.(TruncatedResponse|ExitError)$/)
    const brief = { ...spec, revision: '2', timeoutSeconds: 3 }
    const late = await readAll(await call(engine, brief)).catch((error: unknown) => error)
    expect((late as StreamFailed).errorType).toBe('Sandbox.Timedout')
  })

  it('says when a stream was not finished or the handler is not async', async () => {
    const { engine } = createEngine()
    const open = await createFunction(streaming('void 0'))
    expect(errorOf(await call(engine, open)).document.errorMessage).toBe('Response stream is not finished.')
    const sync = await createFunction(
      esm(
        'export const handler = awslambda.streamifyResponse((event, stream) => { stream.setContentType("text/plain") })',
      ),
      { revision: '2' },
    )
    expect(errorOf(await call(engine, sync)).document.errorMessage).toBe(
      'Streaming does not support non-async handlers.',
    )
  })

  it('lets a slow reader slow the function down, and discards what a leaving one does not read', async () => {
    const { engine } = createEngine()
    const spec = await createFunction(
      esm(`import { Readable } from 'node:stream'; import { pipeline } from 'node:stream/promises'
        import { writeFileSync } from 'node:fs'
        export const handler = awslambda.streamifyResponse(async (event, stream) => {
          let made = 0
          await pipeline(Readable.from((function* () {
            for (; made < 400; made++) {
              if (event.progress) writeFileSync(event.progress, String(made + 1))
              if (made === 399) console.log('made all')
              yield Buffer.alloc(65536, 1) } })()), stream) })`),
    )
    const progress = join(spec.codeFolder, 'progress')
    const slow = await call(engine, spec, { progress })
    if (slow.kind !== 'stream') throw new Error(slow.kind)
    const made = (): number => Number(readFileSync(progress, 'utf8'))
    await until(() => existsSync(progress))
    // Nobody reads: the function gets as far as the buffers on the way, and no further.
    expect(await settled(made)).toBeLessThan(400)
    expect((await readAll(slow)).length).toBe(400 * 65536)
    expect(made()).toBe(400)
    const left = await call(engine, spec)
    if (left.kind !== 'stream') throw new Error(left.kind)
    left.cancel()
    await left.finished
    expect(left.logLines.join('\n')).toContain('made all')
    const broken = await call(engine, spec)
    if (broken.kind !== 'stream') throw new Error(broken.kind)
    for await (const part of broken.body) if (part.length > 0) break
    await broken.finished
  })
})

describe('the pool', () => {
  it('uses a warm environment again, and one more for each concurrent call', async () => {
    const { engine } = createEngine()
    const spec = await createFunction(
      esm(`${waitForGate}
        export const handler = async (event) => { if (event.gate) await gate(event.gate); return process.pid }`),
    )
    const first = numberOf(await call(engine, spec))
    expect(numberOf(await call(engine, spec))).toBe(first)
    const gate = join(spec.codeFolder, 'gate')
    const calls = [1, 2, 3].map(() => call(engine, spec, { gate }).then(numberOf))
    await until(() => countBusy(engine) === 3)
    await openGate(gate)
    const pids = await Promise.all(calls)
    expect(new Set(pids).size).toBe(3)
    expect(pids).toContain(first)
    const last = numberOf(await call(engine, spec))
    expect(resultOf(await call(engine, spec))).toBe(last)
    expect(engine.status().functions[0]?.environments).toHaveLength(3)
  })

  it('bounds the processes of a function and of all, and answers everybody', async () => {
    const { engine } = createEngine({ limits: { processesPerFunction: 2, processes: 2 } })
    const code = esm(`${waitForGate} export const handler = async (event) => gate(event.gate)`)
    const one = await createFunction(code)
    const other = await createFunction(code, { arn: `${one.arn}-2`, name: 'hello-2' })
    const gate = join(one.codeFolder, 'gate')
    const order: string[] = []
    let peak = 0
    const look = (): void => {
      peak = Math.max(peak, engine.status().processes)
    }
    const timer = setInterval(look, 2)
    const send = async (spec: FunctionSpec, name: string): Promise<void> => {
      await call(engine, spec, { gate })
      order.push(name)
      look()
    }
    const calls = [
      ...Array.from({ length: 12 }, () => send(one, 'one')),
      ...Array.from({ length: 2 }, () => send(other, 'other')),
    ]
    // All fourteen have been asked for before the first is answered.
    await until(() => countBusy(engine) === 2)
    await openGate(gate)
    await Promise.all(calls)
    clearInterval(timer)
    expect(order).toHaveLength(14)
    expect(peak).toBe(2)
  })

  it('gives each function its turn', async () => {
    const { engine } = createEngine({ limits: { processes: 2 } })
    const code = esm(`${waitForGate} export const handler = async (event) => gate(event.gate)`)
    const one = await createFunction(code)
    const other = await createFunction(code, { arn: `${one.arn}-2`, name: 'hello-2' })
    const [first, later] = ['first', 'later'].map((name) => join(one.codeFolder, name))
    const calls = [first, first, later, later, later, later].map((gate) => call(engine, one, { gate }))
    await until(() => countBusy(engine) === 2)
    const turn = call(engine, other, { gate: first })
    await openGate(first ?? '')
    // The callers of the first function who still wait would keep both places until the other was answered.
    await turn
    await openGate(later ?? '')
    for (const outcome of await Promise.all(calls)) expect(resultOf(outcome)).toBeNull()
  })

  it('gives two busy functions their turns at one place', async () => {
    const { engine } = createEngine({ limits: { processes: 1 } })
    const one = await createFunction(esm(hello))
    const other = await createFunction(esm(hello), { arn: `${one.arn}-2`, name: 'hello-2' })
    const order: string[] = []
    const send = (spec: FunctionSpec) => call(engine, spec).then(() => order.push(spec.name))
    await Promise.all([one, one, one, one, other, other, other].map(send))
    expect(order.indexOf('hello-2')).toBeLessThan(order.lastIndexOf('hello'))
    expect(order.indexOf('hello')).toBeLessThan(order.lastIndexOf('hello-2'))
  })

  it('stops idle environments of others when the places are taken', async () => {
    const { engine } = createEngine({ limits: { processes: 1 } })
    const one = await createFunction(esm(hello))
    const other = await createFunction(esm(hello), { arn: `${one.arn}-2`, name: 'hello-2' })
    for (const spec of [one, other, one]) expect(resultOf(await call(engine, spec)).event).toEqual({})
    expect(engine.status().processes).toBe(1)
  })

  it('retires the environments of an older revision; what runs on them finishes', async () => {
    const { engine } = createEngine()
    const old = await createFunction(
      esm(`${waitForGate} export const handler = async (event) => { await gate(event.gate); return "old" }`),
    )
    const gate = join(old.codeFolder, 'gate')
    const running = call(engine, old, { gate })
    await until(() => engine.status().functions[0]?.environments[0]?.state === 'busy')
    const fresh = await createFunction(esm('export const handler = async () => "new"'), { revision: '2' })
    expect(resultOf(await call(engine, fresh))).toBe('new')
    await openGate(gate)
    expect(resultOf(await running)).toBe('old')
    await until(() => engine.status().functions.length === 1)
    const [pool] = engine.status().functions
    expect(pool?.revision).toBe('2')
    await engine.retire(old.arn)
    expect(engine.status()).toEqual({ processes: 0, functions: [] })
  })

  it('keeps the environments of versions apart, and retires those of one version', async () => {
    const { engine } = createEngine()
    const latest = await createFunction(
      esm('export const handler = async () => process.env.AWS_LAMBDA_FUNCTION_VERSION'),
    )
    const version = { ...latest, version: '1', revision: '9' }
    expect(resultOf(await call(engine, latest))).toBe('$LATEST')
    expect(resultOf(await call(engine, version))).toBe('1')
    expect(engine.status().processes).toBe(2)
    await engine.retire(latest.arn, '1')
    expect(engine.status().functions.map((pool) => pool.version)).toEqual(['$LATEST'])
    await engine.retire(latest.arn)
  })

  it('retires an environment whose session is about to end', async () => {
    let now = Date.now()
    const sessions: string[] = []
    const { engine } = createEngine({
      now: () => new Date(now),
      sessionFor: () => {
        sessions.push(`ASIA${sessions.length}`)
        return { ...session(), accessKeyId: sessions.at(-1) ?? '', expiresAt: new Date(now + 3_600_000) }
      },
    })
    const spec = await createFunction(esm('export const handler = async () => process.env.AWS_ACCESS_KEY_ID'))
    expect(resultOf(await call(engine, spec))).toBe('ASIA0')
    now += 54 * 60_000
    expect(resultOf(await call(engine, spec))).toBe('ASIA0')
    now += 2 * 60_000
    expect(resultOf(await call(engine, spec))).toBe('ASIA1')
  })

  it('runs a function under a debugger in one environment that neither freezes nor times out', async () => {
    const inspector = esm(
      `import { url } from 'node:inspector'
       ${waitForGate}
       export const handler = async (event) => {
         if (event.gate) await gate(event.gate)
         return { event, pid: process.pid, url: url() }
       }`,
    )
    const { engine } = createEngine({
      debugOf: (spec) => (spec.name === 'hello' ? { arguments: ['--inspect=0'] } : undefined),
      limits: { freezeAfterMs: 0, idleExpiryMs: 20, initMs: 1 },
    })
    const spec = await createFunction(inspector, { timeoutSeconds: 1 })
    const gate = join(spec.codeFolder, 'gate')
    const slow = call(engine, spec, { gate })
    const waiting = call(engine, spec)
    // Its timeout is one second: it is over before the gate opens.
    await new Promise((resolve) => setTimeout(resolve, 1_300))
    expect(engine.status().processes).toBe(1)
    await openGate(gate)
    const [first, second] = [resultOf(await slow), resultOf(await waiting)]
    expect(first['url']).toMatch(/^ws:\/\/127\.0\.0\.1:\d+\//)
    expect(second.pid).toBe(first.pid)
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(engine.status().functions[0]?.environments[0]?.isFrozen).toBe(false)
  })

  it('stops environments that were idle too long', async () => {
    const { engine } = createEngine({ limits: { idleExpiryMs: 200 } })
    const spec = await createFunction(esm(hello))
    const { pid } = resultOf(await call(engine, spec))
    await until(() => !isAlive(pid))
    expect(resultOf(await call(engine, spec)).pid).not.toBe(pid)
  })
})

describe('the life of a process', () => {
  it('reports an exit as Runtime.ExitError, and the next call gets a fresh process', async () => {
    const { engine } = createEngine()
    const spec = await createFunction(
      esm(`export const handler = async (event) => {
        if ('exit' in event) { process.stdout.write('last words'); process.exit(event.exit) }
        if (event.kill) process.kill(process.pid, 'SIGKILL')
        return 1 }`),
    )
    const exited = await call(engine, spec, { exit: 1 })
    expect(errorOf(exited)).toEqual({
      phase: 'exit',
      errorType: 'Runtime.ExitError',
      document: {
        errorType: 'Runtime.ExitError',
        errorMessage: `RequestId: ${lastRequestId()} Error: Runtime exited with error: exit status 1`,
      },
    })
    expect(exited.logLines).toContain('last words')
    expect(errorOf(await call(engine, spec, { exit: 0 })).document.errorMessage).toBe(
      `RequestId: ${lastRequestId()} Error: Runtime exited without providing a reason`,
    )
    expect(errorOf(await call(engine, spec, { kill: 1 })).document.errorMessage).toBe(
      `RequestId: ${lastRequestId()} Error: Runtime exited with error: signal: killed`,
    )
    expect(resultOf(await call(engine, spec))).toBe(1)
  })

  it('reports an exit while the module loads', async () => {
    const { engine } = createEngine()
    const spec = await createFunction(esm('process.exit(3)'))
    const error = errorOf(await call(engine, spec))
    expect(error).toMatchObject({ phase: 'init', errorType: 'Runtime.ExitError' })
    expect(error.document.errorMessage).toMatch(/exit status 3$/)
    const unsettled = await createFunction(esm('await new Promise(() => {})'), { revision: '2' })
    expect(errorOf(await call(engine, unsettled)).document.errorMessage).toMatch(/exit status 13$/)
  })

  it('kills at the timeout, with what the process started', async () => {
    const { engine } = createEngine()
    const spec = await createFunction(
      esm(`import { spawn } from 'node:child_process'
        export const handler = async () => {
          console.log('both ' + process.pid + ' ' + spawn('sleep', ['60']).pid)
          for (;;) {} }`),
      { timeoutSeconds: 1 },
    )
    const outcome = await call(engine, spec)
    const id = lastRequestId()
    expect(errorOf(outcome)).toEqual({
      phase: 'timeout',
      errorType: 'Sandbox.Timedout',
      document: {
        errorType: 'Sandbox.Timedout',
        errorMessage: `RequestId: ${id} Error: Task timed out after 1.00 seconds`,
      },
    })
    const text = outcome.logLines.join('\n')
    expect(text).toMatch(new RegExp(`\\n\\d{4}-\\S+Z ${id} Task timed out after 1\\.00 seconds\\nEND`))
    expect(text).toMatch(/Status: timeout\t$/)
    const [, ...pids] = /both (\d+) (\d+)/.exec(text) ?? []
    expect(pids).toHaveLength(2)
    await until(() => !pids.some((pid) => isAlive(Number(pid))))
    expect(errorOf(await call(engine, spec)).phase).toBe('timeout')
  })

  it('repeats an init phase that takes too long under the timeout of the function', async () => {
    const { engine } = createEngine({ limits: { initMs: 300 } })
    const slow = await createFunction(
      esm('await new Promise((d) => setTimeout(d, 800)); export const handler = async () => "ready"'),
      { timeoutSeconds: 5 },
    )
    const outcome = await call(engine, slow)
    expect(resultOf(outcome)).toBe('ready')
    expect(outcome.logLines.join('\n')).toContain('Phase: init\tStatus: timeout')
    const stuck = await createFunction(esm('setInterval(() => {}, 1000); await new Promise(() => {})'), {
      timeoutSeconds: 1,
      revision: '2',
    })
    expect(errorOf(await call(engine, stuck))).toMatchObject({
      phase: 'timeout',
      errorType: 'Sandbox.Timedout',
    })
  })

  it.runIf(isLinux)('freezes an idle process after 100 ms and thaws it for the next call', async () => {
    const { engine } = createEngine()
    const spec = await createFunction(
      esm(`import { writeFileSync } from 'node:fs'; import { setTimeout as sleep } from 'node:timers/promises'
        let n = 0, file
        setInterval(() => { n += 1; if (file) writeFileSync(file, String(n)) }, 5)
        export const handler = async (event) => {
          file = event.file
          for (const seen = n; n === seen; ) await sleep(5)
          return [process.pid, n] }`),
    )
    const file = join(spec.codeFolder, 'ticks')
    const [pid = 0] = resultOf(await call(engine, spec, { file })) as unknown as number[]
    await until(() => processState(pid) === 'T')
    expect(engine.status().functions[0]?.environments[0]?.isFrozen).toBe(true)
    const ticks = readFileSync(file, 'utf8')
    // Dozens of ticks would fit here; a process that is stopped has none.
    await new Promise((resolve) => setTimeout(resolve, 200))
    expect(readFileSync(file, 'utf8')).toBe(ticks)
    const [same, after = 0] = resultOf(await call(engine, spec, { file })) as unknown as number[]
    expect(same).toBe(pid)
    expect(after).toBeGreaterThan(Number(ticks))
  })

  it('refuses a response above 6291556 bytes and takes one of that size', async () => {
    const { engine } = createEngine()
    const spec = await createFunction(
      esm('export const handler = async (event) => "x".repeat(event.size - 2)'),
    )
    const outcome = await call(engine, spec, { size: 6_291_556 })
    expect(outcome.kind === 'result' && outcome.payload.length).toBe(6_291_556)
    expect(errorOf(await call(engine, spec, { size: 6_291_557 })).document).toEqual({
      errorType: 'Function.ResponseSizeTooLarge',
      errorMessage: 'Response payload size exceeded maximum allowed payload size (6291556 bytes).',
    })
    expect(resultOf(await call(engine, spec, { size: 4 }))).toBe('xx')
  })

  it('leaves no process and no folder after close(), and rejects who waits', async () => {
    const { engine } = createEngine()
    const spec = await createFunction(
      esm(`process.on('SIGTERM', () => {}); export const handler = async (event) => {
        if (event.hang) await new Promise((d) => setTimeout(d, 60000))
        return { pid: process.pid, home: process.env.HOME, tmp: process.env.TMPDIR } }`),
    )
    const { pid, home, tmp } = resultOf(await call(engine, spec))
    expect(existsSync(home) && existsSync(tmp)).toBe(true)
    const waiting = call(engine, spec, { hang: true }).catch((error: unknown) => error)
    await engine.close()
    const error = await waiting
    expect(error).toBeInstanceOf(LocalError)
    expect((error as LocalError).code).toBe('EngineClosed')
    expect(isAlive(pid)).toBe(false)
    expect(existsSync(dirname(dirname(home)))).toBe(false)
    await expect(call(engine, spec)).rejects.toMatchObject({ code: 'EngineClosed' })
  })

  it('removes the folders of an environment with it', async () => {
    const { engine } = createEngine()
    const spec = await createFunction(esm('export const handler = async () => process.env.TMPDIR'))
    const folder = textOf(await call(engine, spec))
    await engine.retire(spec.arn)
    expect(existsSync(folder)).toBe(false)
    expect(readdirSync(dirname(dirname(folder)))).toEqual(['processes'])
  })

  it('ends a process that left its group, with its environment', async () => {
    const { engine } = createEngine()
    const spec = await createFunction(
      esm(`import { spawn } from 'node:child_process'
        export const handler = async () => {
          const child = spawn('/bin/sleep', ['120'], { detached: true, stdio: 'ignore' })
          child.unref()
          return child.pid
        }`),
    )
    const pid = numberOf(await call(engine, spec))
    expect(isAlive(pid)).toBe(true)
    await engine.retire(spec.arn)
    if (isLinux) await until(() => !isAlive(pid))
    else process.kill(pid)
  })

  /** Starts a process with an engine of its own that runs a function once and then waits; with what runs in it. */
  async function startServer(
    variables: Record<string, string> = {},
  ): Promise<{ server: ChildProcess; pids: number[]; home: string }> {
    const spec = await createFunction(
      esm(`import { spawn } from 'node:child_process'
        const children = [false, isLinux()].map((detached) => spawn('/bin/sleep', ['120'], { detached }))
        function isLinux() { return process.platform === 'linux' }
        export const handler = async () => ({ pids: [process.pid, ...children.map(({ pid }) => pid)], home: process.env.HOME })`),
    )
    const engineFile = fileURLToPath(new URL('index.ts', import.meta.url))
    const script = join(spec.codeFolder, 'server.mjs')
    await writeFile(
      script,
      `import { Engine } from ${JSON.stringify(engineFile)}
      const engine = new Engine({ sessionFor: () => ({ accessKeyId: 'a', secretAccessKey: 'b', sessionToken: 'c', expiresAt: new Date(Date.now() + 4e6) }),
        clientEnvironment: async () => ({}), onLog() {} })
      const outcome = await engine.invoke(${JSON.stringify(spec)}, { requestId: 'r', payload: Buffer.from('{}') })
      console.log(outcome.payload.toString())`,
    )
    const conditions = ['--conditions=@furlong/source', '--disable-warning=ExperimentalWarning']
    const server = spawn(process.execPath, [...conditions, script], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, ...variables },
    })
    const line = await new Promise<string>((resolve) =>
      server.stdout.once('data', (data) => resolve(`${data}`)),
    )
    const { pids, home } = JSON.parse(line) as Result
    expect(pids.every(isAlive)).toBe(true)
    if (isLinux) await until(() => processState(pids[0] ?? 0) === 'T')
    return { server, pids, home }
  }

  it('leaves no child when its own process is killed with SIGKILL: by the kernel and the watchdog', async () => {
    const { server, pids, home } = await startServer()
    server.kill('SIGKILL')
    await until(() => !pids.some(isAlive) && !existsSync(home))
  })

  it('leaves no child when its own process is killed with SIGKILL: by the watchdog alone', async () => {
    // No setpriv on its path.
    const bin = join((await createFunction({})).codeFolder, 'bin')
    await mkdir(bin)
    await symlink('/bin/rm', join(bin, 'rm'))
    const { server, pids, home } = await startServer({ PATH: bin })
    server.kill('SIGKILL')
    await until(() => !pids.some(isAlive) && !existsSync(home))
  })

  it.runIf(isLinux)('ends what was left when the watchdog was killed too, at the next start', async () => {
    // A folder of its own: every engine of this machine cleans up in the common one.
    const { codeFolder: temporary } = await createFunction({})
    const { server, pids, home } = await startServer({ TMPDIR: temporary })
    for (const child of childrenOf(server.pid ?? 0)) {
      const command = readFileSync(`/proc/${child}/cmdline`, 'latin1')
      if (command.includes('watchdog.sh')) process.kill(child, 'SIGKILL')
    }
    await removeLeftovers(temporary)
    expect(pids.every(isAlive)).toBe(true)
    server.kill('SIGKILL')
    const [runtime = 0, ...started] = pids
    // The kernel ends the runtime; what it started stays, and so do the folders.
    await until(() => !isAlive(runtime) && !isAlive(server.pid ?? 0))
    expect(started.every(isAlive)).toBe(true)
    await removeLeftovers(temporary)
    await until(() => !started.some(isAlive))
    expect(existsSync(home)).toBe(false)
  })
})

describe.runIf(isLinux)('the memory limit', () => {
  const hungry = esm(`
    import { spawn } from 'node:child_process'
    import { getHeapStatistics } from 'node:v8'
    import { setTimeout as sleep } from 'node:timers/promises'
    let held
    export const handler = async ({ mb, ms = 0, child }) => {
      if (child) spawn(process.execPath, ['-e', \`globalThis.held = Buffer.alloc(\${child} << 20, 1); setTimeout(() => {}, 60000)\`])
      if (mb) held = Buffer.alloc(mb * 2 ** 20, 1)
      await sleep(ms)
      return { pid: process.pid, heapMb: getHeapStatistics().heap_size_limit / 2 ** 20 } }`)

  it('ends a function that holds more, whether it would have answered or not', async () => {
    const { engine } = createEngine()
    const spec = await createFunction(hungry, { memorySizeMb: 192, timeoutSeconds: 30 })
    const { pid } = resultOf(await call(engine, spec, { mb: 1 }))
    for (const event of [{ mb: 250 }, { mb: 250, ms: 60_000 }, { child: 250, ms: 60_000 }]) {
      const outcome = await call(engine, spec, event)
      const errorMessage = `RequestId: ${lastRequestId()} Error: Runtime exited with error: signal: killed`
      expect(errorOf(outcome)).toEqual({
        phase: 'exit',
        errorType: 'Runtime.OutOfMemory',
        document: { errorType: 'Runtime.OutOfMemory', errorMessage },
      })
      const lines = outcome.logLines
      expect(lines.slice(-4, -1)).toEqual([
        errorMessage,
        'Runtime.OutOfMemory',
        `END RequestId: ${lastRequestId()}`,
      ])
      expect(lines.at(-1)).toMatch(
        /Max Memory Used: 192 MB\t.*Status: error\tError Type: Runtime\.OutOfMemory\t$/,
      )
    }
    await until(() => !isAlive(pid))
  })

  it('is the heap’s of Node.js too, unless NODE_OPTIONS says otherwise', async () => {
    const { engine } = createEngine()
    const spec = await createFunction(hungry, { memorySizeMb: 256 })
    expect(resultOf(await call(engine, spec))['heapMb']).toBeLessThan(256)
    const changed = { ...spec, revision: '2', environment: { NODE_OPTIONS: '--max-old-space-size=1000' } }
    expect(resultOf(await call(engine, changed))['heapMb']).toBeGreaterThan(900)
  })
})

describe('the environment variables', () => {
  const dump = esm('export const handler = async () => process.env')

  it('are Lambda’s, with the session, and none of the server', async () => {
    process.env['SECRET_OF_THE_SERVER'] = 'must not leak'
    const { engine } = createEngine({
      clientEnvironment: async () => ({ AWS_ENDPOINT_URL_S3: 'http://s3', AWS_REGION: 'x' }),
    })
    const spec = await createFunction(dump, {
      environment: { MINE: '1', TZ: 'Asia/Tokyo', AWS_REGION: 'mine' },
    })
    const variables = resultOf(await call(engine, spec))
    delete process.env['SECRET_OF_THE_SERVER']
    expect(variables).toMatchObject({
      MINE: '1',
      TZ: 'Asia/Tokyo',
      LANG: 'en_US.UTF-8',
      AWS_REGION: 'eu-west-1',
      AWS_DEFAULT_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: 'ASIAEXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'secret',
      AWS_SESSION_TOKEN: 'token',
      AWS_ENDPOINT_URL_S3: 'http://s3',
      AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs22.x',
      AWS_LAMBDA_FUNCTION_NAME: 'hello',
      AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '128',
      AWS_LAMBDA_LOG_GROUP_NAME: '/aws/lambda/hello',
      AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
      _HANDLER: 'index.handler',
      LAMBDA_TASK_ROOT: spec.codeFolder,
      PATH: process.env['PATH'],
    })
    expect(variables.AWS_LAMBDA_RUNTIME_API).toMatch(/^127\.0\.0\.1:\d+$/)
    expect(variables.HOME).not.toBe(process.env['HOME'])
    expect(Object.keys(variables)).not.toContain('SECRET_OF_THE_SERVER')
    expect(Object.keys(variables).filter((name) => /VITEST|NODE_ENV|npm_/.test(name))).toEqual([])
  })

  it('let a function’s own endpoint variable win', async () => {
    const { engine } = createEngine({ clientEnvironment: async () => ({ AWS_ENDPOINT_URL_S3: 'http://s3' }) })
    const spec = await createFunction(dump, { environment: { AWS_ENDPOINT_URL_S3: 'http://own' } })
    expect(resultOf(await call(engine, spec)).AWS_ENDPOINT_URL_S3).toBe('http://own')
  })
})

describe.runIf(hasPython)('invoke() with Python', () => {
  const python = (body: string, changes: Partial<FunctionSpec> = {}): Promise<FunctionSpec> =>
    createFunction({ 'app.py': body }, { runtime: 'python3.12', handler: 'app.handler', ...changes })

  it('runs a handler, warm the second time, with its context and its log', async () => {
    const { engine } = createEngine()
    const spec = await python(`import os, logging
logging.getLogger().setLevel("INFO")
print("loading")
def handler(event, context):
    print("seen", event["a"])
    logging.info("logged")
    return {"a": event["a"], "pid": os.getpid(), "id": context.aws_request_id, "arn": context.invoked_function_arn,
            "left": context.get_remaining_time_in_millis(), "memory": context.memory_limit_in_mb}
`)
    const outcome = await call(engine, spec, { a: 'ü' })
    const id = lastRequestId()
    const result = resultOf(outcome)
    expect(result).toMatchObject({ a: 'ü', id, arn: spec.arn, memory: '128' })
    expect(result.left).toBeGreaterThan(5_000)
    const lines = outcome.logLines
    expect(lines.slice(1, 4)).toEqual(['loading', `START RequestId: ${id} Version: $LATEST`, 'seen ü'])
    expect(lines[4]).toMatch(new RegExp(`^\\[INFO\\]\\t\\S+Z\\t${id}\\tlogged$`))
    expect(resultOf(await call(engine, spec, { a: 1 })).pid).toBe(result.pid)
  })

  it('finds a module in a folder', async () => {
    const { engine } = createEngine()
    const spec = await createFunction(
      { 'src/app.py': 'def handler(event, context):\n    return "folder"\n' },
      { runtime: 'python3.13', handler: 'src/app.handler' },
    )
    expect(resultOf(await call(engine, spec))).toBe('folder')
  })

  it('reports errors with message, type, request id and stack trace', async () => {
    const { engine } = createEngine()
    const spec = await python(`import sys
def handler(event, context):
    if "exit" in event: sys.exit(event["exit"])
    if "set" in event: return {1, 2}
    raise ValueError("no good")
`)
    const failed = await call(engine, spec)
    const { document, errorType, phase } = errorOf(failed)
    expect({ errorType, phase }).toEqual({ errorType: 'ValueError', phase: 'invoke' })
    expect(document).toMatchObject({
      errorMessage: 'no good',
      errorType: 'ValueError',
      requestId: lastRequestId(),
    })
    expect(document.stackTrace).toHaveLength(1)
    expect(document.stackTrace[0]).toMatch(/^ {2}File ".*app\.py", line 5, in handler\n {4}raise ValueError/)
    expect(failed.logLines).toContain('[ERROR] ValueError: no good')
    expect(errorOf(await call(engine, spec, { set: 1 }))).toMatchObject({ errorType: 'Runtime.MarshalError' })
    expect(errorOf(await call(engine, spec, { exit: 1 })).document.errorMessage).toMatch(/exit status 1$/)
  })

  it('reports a missing module, a missing handler and a syntax error in the init phase', async () => {
    const cases: [string, string, string, string][] = [
      [
        '',
        'other.handler',
        'Runtime.ImportModuleError',
        "Unable to import module 'other': No module named 'other'",
      ],
      ['', 'app.handler', 'Runtime.HandlerNotFound', "Handler 'handler' missing on module 'app'"],
      ['def handler(', 'app.handler', 'Runtime.UserCodeSyntaxError', "Syntax error in module 'app': "],
      ['', 'app', 'Runtime.MalformedHandlerName', "Bad handler 'app': "],
    ]
    const { engine } = createEngine()
    for (const [index, [body, handler, errorType, message]] of cases.entries()) {
      const outcome = await call(engine, await python(body, { handler, revision: String(index) }))
      const error = errorOf(outcome)
      expect(error).toMatchObject({ phase: 'init', errorType })
      expect(error.document.errorMessage).toContain(message)
      expect(outcome.logLines.join('\n')).toContain(`[ERROR] ${errorType}: `)
    }
  })

  it('writes no bytecode into the code folder', async () => {
    const { engine } = createEngine()
    const spec = await createFunction(
      { 'app.py': 'import other\ndef handler(e, c):\n    return other.x\n', 'other.py': 'x = 1\n' },
      { runtime: 'python3.9', handler: 'app.handler' },
    )
    expect(resultOf(await call(engine, spec))).toBe(1)
    expect(readdirSync(spec.codeFolder).sort()).toEqual(['app.py', 'other.py'])
  })
})

describe('provided runtimes', () => {
  const shell = `#!/bin/sh
echo "booting" >&2
while true; do
  HEADERS=$(mktemp)
  EVENT=$(curl -sS -LD "$HEADERS" "http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation/next")
  ID=$(grep -Fi Lambda-Runtime-Aws-Request-Id "$HEADERS" | tr -d '[:space:]' | cut -d: -f2)
  echo "handling $ID"
  curl -sS "http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation/$ID/response" -d "{\\"echo\\":$EVENT,\\"env\\":\\"$AWS_EXECUTION_ENV\\"}" >/dev/null
done
`

  it.runIf(canRun('curl', ['--version']))(
    'run the bootstrap of the bundle, each connection once',
    async () => {
      const { engine } = createEngine()
      const spec = await createFunction({ bootstrap: shell }, { runtime: 'provided.al2023', handler: 'any' })
      await chmod(join(spec.codeFolder, 'bootstrap'), 0o755)
      for (let round = 0; round < 3; round++) {
        const outcome = await call(engine, spec, { round })
        expect(resultOf(outcome)).toEqual({ echo: { round }, env: '' })
        await outcome.finished
        expect(outcome.logLines).toContain(`handling ${lastRequestId()}`)
        expect(outcome.logLines.at(-1)).toMatch(/^REPORT/)
      }
    },
  )

  it('report a missing bootstrap and one that is not executable', async () => {
    const { engine } = createEngine()
    const missing = await createFunction({ 'a.txt': '' }, { runtime: 'provided.al2' })
    expect(errorOf(await call(engine, missing))).toMatchObject({
      phase: 'init',
      errorType: 'Runtime.InvalidEntrypoint',
      document: { errorMessage: expect.stringContaining("Couldn't find valid bootstrap(s)") },
    })
    const plain = await createFunction({ bootstrap: shell }, { runtime: 'provided.al2', revision: '2' })
    await chmod(join(plain.codeFolder, 'bootstrap'), 0o644)
    expect(errorOf(await call(engine, plain)).document.errorMessage).toContain('permission denied')
  })
})

describe('runtimes', () => {
  it('are told apart: a revision of another runtime runs on it', async () => {
    const { engine } = createEngine()
    const spec = await createFunction(esm('export const handler = async () => process.env.AWS_EXECUTION_ENV'))
    for (const runtime of ['nodejs18.x', 'nodejs20.x', 'nodejs22.x', 'nodejs24.x']) {
      const outcome = await call(engine, { ...spec, runtime, revision: runtime })
      expect(textOf(outcome)).toBe(`AWS_Lambda_${runtime}`)
      expect(outcome.logLines[0]).toBe(
        `INIT_START Runtime Version: Node.js ${process.version} for ${runtime}`,
      )
    }
  })

  it('refuses an unknown one by name and lists the known ones', async () => {
    const { engine } = createEngine()
    const spec = await createFunction(esm(hello), { runtime: 'ruby3.3' })
    const error = await call(engine, spec).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(LocalError)
    expect((error as LocalError).code).toBe('UnknownRuntime')
    expect((error as LocalError).message).toMatch(/ruby3\.3.*nodejs24\.x.*python3\.14.*provided\.al2023/)
  })

  it.runIf(hasPython)(
    'prefer the interpreter of that version, and say once that another one is used',
    async () => {
      const notices: string[] = []
      const { engine } = createEngine({ onNotice: (text) => notices.push(text) })
      const files = {
        'app.py': 'import sys\ndef handler(event, context):\n    return list(sys.version_info[:2])\n',
      }
      for (const runtime of ['python3.9', 'python3.11', 'python3.14']) {
        const spec = await createFunction(files, { runtime, handler: 'app.handler', revision: runtime })
        const version = (resultOf(await call(engine, spec)) as unknown as number[]).join('.')
        const hasIt = canRun(runtime, ['--version'])
        expect(`python${version}` === runtime || !hasIt).toBe(true)
        await call(engine, { ...spec, revision: `${runtime} again` })
        expect(
          notices.filter((notice) => notice.startsWith(`${runtime} functions run on Python ${version}`)),
        ).toHaveLength(`python${version}` === runtime ? 0 : 1)
      }
      await call(engine, await createFunction(esm(hello), { runtime: 'nodejs18.x', revision: 'n' }))
      expect(notices.at(-1)).toBe(
        `nodejs18.x functions run on Node.js ${process.versions.node} (${process.execPath}). To run them on Node.js 18, start with --runtime nodejs18.x=<program>.`,
      )
    },
  )

  it('take another program for a runtime, and say when it is missing', async () => {
    const { engine } = createEngine({ runtimes: { 'python3.12': '/no/such/python' } })
    const spec = await createFunction({ 'app.py': '' }, { runtime: 'python3.12', handler: 'app.handler' })
    await expect(call(engine, spec)).rejects.toMatchObject({ code: 'RuntimeMissing' })
    const own = createEngine({ runtimes: { 'nodejs22.x': process.execPath } })
    const outcome = await call(own.engine, await createFunction(esm(hello)))
    expect(outcome.logLines[0]).toBe(`INIT_START Runtime Version: Node.js ${process.version} for nodejs22.x`)
  })
})

describe('the Runtime API towards other clients', () => {
  it('refuses requests of browsers and of other hosts', async () => {
    const { engine } = createEngine()
    const spec = await createFunction(
      esm('export const handler = async () => process.env.AWS_LAMBDA_RUNTIME_API'),
    )
    const address = textOf(await call(engine, spec))
    const [host = '', port = ''] = address.split(':')
    const ask = (headers: string): Promise<string> =>
      new Promise((resolve, reject) => {
        const socket = connect(Number(port), host)
        socket.on('error', reject)
        socket.once('data', (data) => {
          socket.destroy()
          resolve(data.toString().split('\r\n')[0] ?? '')
        })
        socket.write(`GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\n${headers}\r\n`)
      })
    expect(await ask(`Host: ${address}\r\nOrigin: http://evil.example\r\n`)).toBe('HTTP/1.1 403 Forbidden')
    expect(await ask('Host: evil.example\r\n')).toBe('HTTP/1.1 403 Forbidden')
    expect(await ask(`Host: ${address}\r\n`)).toBe('HTTP/1.1 403 Forbidden')
    expect(resultOf(await call(engine, spec))).toBe(address)
  })
})
