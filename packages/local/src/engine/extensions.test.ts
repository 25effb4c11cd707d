import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  call,
  createEngine,
  createFunction,
  errorOf,
  esm,
  isLinux,
  lastRequestId,
  openGate,
  processState,
  resultOf,
  until,
  waitForGate,
} from '../testing/engine.ts'
import { ApiServer } from './api-server.ts'
import { ExtensionsApi } from './extensions-api.ts'
import type { FunctionSpec } from './index.ts'

/** Writes executable files into a folder that stands for /opt. */
async function createOpt(files: Record<string, string>): Promise<string> {
  const { codeFolder } = await createFunction({})
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(codeFolder, name)), { recursive: true })
    await writeFile(join(codeFolder, name), text)
    await chmod(join(codeFolder, name), 0o755)
  }
  return codeFolder
}

const node = (body: string): string => `#!${process.execPath}\n${body}`

/** Registers, then tells in the log of every event it is given; SHUTDOWN ends it. */
const recorder = (name: string, events: string, onEvent = ''): string =>
  node(`
  const { appendFileSync, existsSync } = require('node:fs')
  const { setTimeout: sleep } = require('node:timers/promises')
  const base = 'http://' + process.env.AWS_LAMBDA_RUNTIME_API + '/2020-01-01/extension/'
  const run = async () => {
    const registered = await fetch(base + 'register', {
      method: 'POST', body: JSON.stringify({ events: ${events} }),
      headers: { 'Lambda-Extension-Name': '${name}', 'Lambda-Extension-Accept-Feature': 'accountId' } })
    console.log('registered ' + await registered.text())
    const id = registered.headers.get('lambda-extension-identifier')
    for (;;) {
      const event = await (await fetch(base + 'event/next', { headers: { 'Lambda-Extension-Identifier': id } })).json()
      console.log('event ' + JSON.stringify(event))
      if (process.env.EVENTS) appendFileSync(process.env.EVENTS, JSON.stringify(event) + '\\n')
      ${onEvent}
      if (event.eventType === 'SHUTDOWN') process.exit(0)
    }
  }
  run()`)

const whoami = esm('export const handler = async () => ({ pid: process.pid, path: process.env.PATH })')

describe('external extensions', () => {
  it('register before the runtime starts, see every invocation, and are told of the end', async () => {
    const optFolder = await createOpt({ 'extensions/watcher': recorder('watcher', '["INVOKE","SHUTDOWN"]') })
    const { engine } = createEngine({ optFolder })
    const spec = await createFunction(whoami)
    const events = join(spec.codeFolder, 'events')
    const withEvents = { ...spec, environment: { EVENTS: events } }
    const outcome = await engine.invoke(withEvents, {
      requestId: 'r-1',
      payload: Buffer.from('{}'),
      traceId: 'Root=1-2-3',
    })
    await outcome.finished
    const lines = outcome.logLines
    expect(lines.slice(1, 4)).toEqual([
      'registered {"functionName":"hello","functionVersion":"$LATEST","handler":"index.handler","accountId":"111122223333"}',
      'EXTENSION\tName: watcher\tState: Ready\tEvents: [INVOKE,SHUTDOWN]',
      'START RequestId: r-1 Version: $LATEST',
    ])
    // It asked for the next event before the invocation was over, so what it wrote is in the log.
    expect(lines.findIndex((line) => line.startsWith('event'))).toBeLessThan(lines.length - 2)
    expect(String(resultOf(outcome)['path']).endsWith(`:${optFolder}/bin`)).toBe(true)
    await engine.retire(spec.arn)
    const [invoked, ended] = readFileSync(events, 'utf8').trim().split('\n')
    expect(JSON.parse(invoked ?? '')).toEqual({
      eventType: 'INVOKE',
      deadlineMs: expect.any(Number) as number,
      requestId: 'r-1',
      invokedFunctionArn: spec.arn,
      tracing: { type: 'X-Amzn-Trace-Id', value: 'Root=1-2-3' },
    })
    expect(JSON.parse(ended ?? '')).toEqual({
      eventType: 'SHUTDOWN',
      deadlineMs: expect.any(Number) as number,
      shutdownReason: 'spindown',
    })
  })

  it('are told of a timeout', async () => {
    const optFolder = await createOpt({ 'extensions/watcher': recorder('watcher', '["SHUTDOWN"]') })
    const { engine } = createEngine({ optFolder })
    const spec = await createFunction(
      esm('export const handler = () => new Promise(() => setTimeout(() => {}, 60000))'),
      {
        timeoutSeconds: 1,
      },
    )
    const events = join(spec.codeFolder, 'events')
    const outcome = await call(engine, { ...spec, environment: { EVENTS: events } })
    expect(errorOf(outcome)).toMatchObject({ phase: 'timeout', errorType: 'Sandbox.Timedout' })
    await engine.retire(spec.arn)
    expect(JSON.parse(readFileSync(events, 'utf8'))).toMatchObject({ shutdownReason: 'timeout' })
  })

  it.runIf(isLinux)('keep an environment busy, and its answer is not held back for them', async () => {
    const gate = join((await createFunction({})).codeFolder, 'gate')
    const waits = `if (event.eventType === 'INVOKE') while (!existsSync(${JSON.stringify(gate)})) await sleep(5)`
    const optFolder = await createOpt({ 'extensions/slow': recorder('slow', '["INVOKE","SHUTDOWN"]', waits) })
    const { engine } = createEngine({ optFolder, limits: { freezeAfterMs: 0 } })
    const outcome = await call(engine, await createFunction(whoami))
    const { pid } = resultOf(outcome)
    expect(engine.status().functions[0]?.environments[0]).toMatchObject({ state: 'busy', isFrozen: false })
    expect(outcome.logLines.at(-1)).not.toMatch(/^REPORT/)
    await openGate(gate)
    await outcome.finished
    expect(outcome.logLines.at(-1)).toMatch(/^REPORT/)
    await until(() => processState(pid) === 'T')
  })

  it('end the environment when they end, with what AWS says of it', async () => {
    const crash = `if (event.eventType === 'INVOKE') process.exit(3)`
    const optFolder = await createOpt({ 'extensions/bad': recorder('bad', '["INVOKE"]', crash) })
    const { engine } = createEngine({ optFolder })
    const hangs = await createFunction(
      esm(`${waitForGate}; export const handler = async () => { await gate('/no') }`),
    )
    expect(errorOf(await call(engine, hangs))).toEqual({
      phase: 'exit',
      errorType: 'Extension.Crash',
      document: {
        errorType: 'Extension.Crash',
        errorMessage: `RequestId: ${lastRequestId()} Error: exit code 3`,
      },
    })
  })

  it('that cannot be started, never register, or give up fail the init phase', async () => {
    const spec = await createFunction(whoami)
    const plain = await createOpt({ 'extensions/plain': 'no program' })
    await chmod(join(plain, 'extensions/plain'), 0o644)
    const refused = errorOf(await call(createEngine({ optFolder: plain }).engine, spec))
    expect(refused).toMatchObject({ phase: 'init' })
    expect(refused.errorType).toMatch(/^Extension\.(LaunchError|Crash)$/)
    const gone = await createOpt({ 'extensions/gone': node('process.exit(0)') })
    expect(errorOf(await call(createEngine({ optFolder: gone }).engine, spec)).document).toEqual({
      errorType: 'Extension.Crash',
      errorMessage: `RequestId: ${lastRequestId()} Error: exit code 0`,
    })
    const giveUp = node(`
      const base = 'http://' + process.env.AWS_LAMBDA_RUNTIME_API + '/2020-01-01/extension/'
      const run = async () => {
        const { headers } = await fetch(base + 'register', { method: 'POST', body: '{"events":[]}', headers: { 'Lambda-Extension-Name': 'sad' } })
        await fetch(base + 'init/error', { method: 'POST', headers: { 'Lambda-Extension-Identifier': headers.get('lambda-extension-identifier'), 'Lambda-Extension-Function-Error-Type': 'Extension.NoConfig' } })
      }
      run()`)
    const sad = await createOpt({ 'extensions/sad': giveUp })
    expect(errorOf(await call(createEngine({ optFolder: sad }).engine, spec))).toMatchObject({
      phase: 'init',
      errorType: 'Extension.InitError',
      document: { errorMessage: `RequestId: ${lastRequestId()} Error: sad: Extension.NoConfig` },
    })
  })
})

describe('internal extensions', () => {
  it('register while the runtime starts and see every invocation', async () => {
    const { engine } = createEngine()
    const spec = await createFunction(
      esm(`
        const base = 'http://' + process.env.AWS_LAMBDA_RUNTIME_API + '/2020-01-01/extension/'
        const register = (events) => fetch(base + 'register', { method: 'POST', body: JSON.stringify({ events }), headers: { 'Lambda-Extension-Name': 'inside' } })
        const seen = [(await (await register(['SHUTDOWN'])).json()).errorMessage]
        const id = (await register(['INVOKE'])).headers.get('lambda-extension-identifier')
        const listen = async () => {
          for (;;) seen.push((await (await fetch(base + 'event/next', { headers: { 'Lambda-Extension-Identifier': id } })).json()).requestId)
        }
        void listen()
        export const handler = async (event, { awsRequestId }) => {
          while (!seen.includes(awsRequestId)) await new Promise((resolve) => setTimeout(resolve, 2))
          const late = await register(['INVOKE'])
          return { seen, late: (await late.json()).errorType }
        }`),
    )
    const first = await call(engine, spec)
    expect(resultOf(first)).toEqual({
      seen: ['SHUTDOWN: ShutdownEventNotSupportedForInternalExtension', lastRequestId()],
      late: 'Extension.RegistrationClosed',
    })
    expect(first.logLines).toContain('EXTENSION\tName: inside\tState: Ready\tEvents: [INVOKE]')
    const { seen } = resultOf(await call(engine, spec))
    expect((seen as string[]).at(-1)).toBe(lastRequestId())
  })

  it.each([
    ['with one', true],
    ['without one', false],
  ])('are what brings a function SIGTERM at its end: %s', async (_which, hasExtension) => {
    const { engine } = createEngine({ limits: { stopMs: 30_000 } })
    const register = `
      const base = 'http://' + process.env.AWS_LAMBDA_RUNTIME_API + '/2020-01-01/extension/'
      const { headers } = await fetch(base + 'register', { method: 'POST', body: '{"events":["INVOKE"]}', headers: { 'Lambda-Extension-Name': 'inside' } })
      const next = () => fetch(base + 'event/next', { headers: { 'Lambda-Extension-Identifier': headers.get('lambda-extension-identifier') } })
      void next().then(next)`
    const spec = await createFunction(
      esm(`
        import { writeFileSync } from 'node:fs'
        process.on('SIGTERM', () => { writeFileSync(process.env.TOLD, 'SIGTERM'); process.exit() })
        ${hasExtension ? register : ''}
        export const handler = async () => 1`),
    )
    const told = join(spec.codeFolder, 'told')
    await call(engine, { ...spec, environment: { TOLD: told } })
    await engine.retire(spec.arn)
    expect(existsSync(told)).toBe(hasExtension)
  })
})

describe('the Extensions API', () => {
  it('refuses in the words of AWS', async () => {
    const spec = { name: 'f', version: '1', handler: 'h', accountId: '111122223333' } as FunctionSpec
    const api = new ExtensionsApi(spec, { registered() {}, ready() {}, failed() {} })
    const server = await ApiServer.listen([api])
    api.reset(['outside'])
    const ask = async (method: string, path: string, headers = {}, body?: string): Promise<string> => {
      const answer = await fetch(`http://${server.address}${path}`, {
        method,
        headers,
        ...(body === undefined ? {} : { body }),
      })
      const { errorType, errorMessage } = (await answer.json()) as Record<string, string>
      return `${answer.status} ${errorType}: ${errorMessage}`
    }
    const register = (name: string, body: string): Promise<string> =>
      ask('POST', '/2020-01-01/extension/register', { 'Lambda-Extension-Name': name }, body)
    const next = (headers = {}): Promise<string> => ask('GET', '/2020-01-01/extension/event/next', headers)
    const id = '00000000-0000-4000-8000-000000000000'
    try {
      expect(await ask('POST', '/2020-01-01/extension/register', {}, '{}')).toBe(
        '403 Extension.InvalidExtensionName: Empty extension name',
      )
      expect(await register('outside', 'x')).toBe('403 InvalidRequestFormat: The body is not JSON')
      expect(await register('outside', '{"events":[1]}')).toBe(
        '403 InvalidRequestFormat: events is not an array of strings',
      )
      expect(await register('outside', '{"configurationKeys":["a"]}')).toBe(
        '403 InvalidRequestFormat: configurationKeys are deprecated; use environment variables instead',
      )
      expect(await register('outside', '{"events":["TEA"]}')).toBe(
        '403 Extension.InvalidEventType: TEA: ErrorInvalidEventType',
      )
      expect(await register('outside', '{"events":["SHUTDOWN"]}')).toMatch(/^200/)
      expect(await register('outside', '{"events":[]}')).toBe(
        '403 Extension.InvalidExtensionState: State transition from Registered to Registered failed for extension outside. Error: State transition is not allowed',
      )
      for (let count = 1; count < 10; count++) expect(await register(`in-${count}`, '{}')).toMatch(/^200/)
      expect(await register('in-1', '{}')).toBe(
        '403 Extension.InvalidExtensionState: Extension with this name already registered',
      )
      expect(await register('in-10', '{}')).toBe(
        '403 Extension.TooManyExtensions: Extension limit (10) reached',
      )
      expect(await next()).toBe(
        '403 Extension.MissingExtensionIdentifier: Missing Lambda-Extension-Identifier header',
      )
      expect(await next({ 'Lambda-Extension-Identifier': 'x' })).toBe(
        '403 Extension.InvalidExtensionIdentifier: Invalid Lambda-Extension-Identifier',
      )
      expect(await next({ 'Lambda-Extension-Identifier': id })).toBe(
        `403 Extension.UnknownExtensionIdentifier: Unknown extension ${id}`,
      )
      for (const phase of ['init', 'exit']) {
        expect(
          await ask(
            'POST',
            `/2020-01-01/extension/${phase}/error`,
            { 'Lambda-Extension-Identifier': id },
            '{}',
          ),
        ).toBe('403 Extension.UnknownExtensionIdentifier: Unknown Lambda-Extension-Identifier')
      }
      expect(await ask('PUT', '/2022-07-01/telemetry', {}, '{}')).toBe(
        '202 Telemetry.NotSupported: Telemetry API is not supported',
      )
      expect(await ask('PUT', '/2020-08-15/logs', {}, '{}')).toBe(
        '202 Logs.NotSupported: Logs API is not supported',
      )
    } finally {
      server.close()
    }
  })
})

describe('the folder for /opt', () => {
  it('holds wrapper scripts, which get the command of the runtime', async () => {
    const optFolder = await createOpt({
      wrap: '#!/bin/sh\nexport WRAPPED=$#\nexec "$@"\n',
      'nodejs/node_modules/layered/index.js': 'module.exports = "from the layer"',
    })
    const { engine } = createEngine({ optFolder })
    const spec = await createFunction(
      {
        'index.js':
          'exports.handler = async () => ({ wrapped: process.env.WRAPPED, layered: require("layered") })',
      },
      { environment: { AWS_LAMBDA_EXEC_WRAPPER: '/opt/wrap' } },
    )
    const result = resultOf(await call(engine, spec))
    expect(result['layered']).toBe('from the layer')
    expect(Number(result['wrapped'])).toBeGreaterThan(1)
  })

  it.each([
    ['missing', 127, '/opt/missing: does not exist'],
    ['plain', 126, '/opt/plain: is not an executable'],
  ])('says that a wrapper is %s', async (name, status, says) => {
    const optFolder = await createOpt({ plain: 'text' })
    await chmod(join(optFolder, 'plain'), 0o644)
    const spec = await createFunction(whoami, { environment: { AWS_LAMBDA_EXEC_WRAPPER: `/opt/${name}` } })
    const outcome = await call(createEngine({ optFolder }).engine, spec)
    expect(errorOf(outcome).document).toEqual({
      errorType: 'Runtime.ExitError',
      errorMessage: `RequestId: ${lastRequestId()} Error: Runtime exited with error: exit status ${status}`,
    })
    expect(outcome.logLines).toContain(says)
  })

  // The adapter itself is a compiled program that is not at hand: this one uses the same calls in the same order.
  it('carries a web adapter: an extension that asks for events and forwards them to an HTTP server', async () => {
    const adapter = node(`
      const base = 'http://' + process.env.AWS_LAMBDA_RUNTIME_API
      const app = 'http://127.0.0.1:' + process.env.AWS_LWA_PORT
      const run = async () => {
        const { headers } = await fetch(base + '/2020-01-01/extension/register', { method: 'POST', body: '{"events":[]}', headers: { 'Lambda-Extension-Name': 'lambda-adapter' } })
        const id = headers.get('lambda-extension-identifier')
        fetch(base + '/2020-01-01/extension/event/next', { headers: { 'Lambda-Extension-Identifier': id } }).catch(() => {})
        for (;;) {
          const isReady = await fetch(app + '/').then((answer) => answer.ok, () => false)
          if (isReady) break
          await new Promise((resolve) => setTimeout(resolve, 10))
        }
        for (;;) {
          const next = await fetch(base + '/2018-06-01/runtime/invocation/next')
          const event = await next.json()
          const answer = await fetch(app + event.rawPath, { method: event.requestContext.http.method, headers: { 'x-amzn-lambda-context': next.headers.get('lambda-runtime-invoked-function-arn') } })
          await fetch(base + '/2018-06-01/runtime/invocation/' + next.headers.get('lambda-runtime-aws-request-id') + '/response', {
            method: 'POST', headers: { 'Lambda-Runtime-Function-Response-Mode': 'streaming', 'Content-Type': 'application/vnd.awslambda.http-integration-response' },
            body: JSON.stringify({ statusCode: answer.status, headers: { 'content-type': answer.headers.get('content-type') } }) + '\\0'.repeat(8) + await answer.text() })
        }
      }
      run()`)
    const optFolder = await createOpt({
      'extensions/lambda-adapter': adapter,
      bootstrap: '#!/bin/sh\nexec "$LAMBDA_TASK_ROOT/$_HANDLER"\n',
    })
    const port = await new Promise<number>((resolve) => {
      const probe = createServer().listen(0, '127.0.0.1', () => {
        const { port: free } = probe.address() as AddressInfo
        probe.close(() => resolve(free))
      })
    })
    const spec = await createFunction(
      {
        'run.sh': `#!/bin/sh\nexec ${process.execPath} app.mjs\n`,
        'app.mjs': `import { createServer } from 'node:http'
          let calls = 0
          createServer((request, response) => {
            response.setHeader('content-type', 'text/plain')
            response.end(request.method + ' ' + request.url + ' ' + calls++ + ' ' + request.headers['x-amzn-lambda-context'])
          }).listen(Number(process.env.AWS_LWA_PORT), '127.0.0.1')`,
      },
      {
        handler: 'run.sh',
        // Two programs of Node.js, the server and the extension.
        memorySizeMb: 512,
        environment: { AWS_LAMBDA_EXEC_WRAPPER: '/opt/bootstrap', AWS_LWA_PORT: String(port) },
      },
    )
    await chmod(join(spec.codeFolder, 'run.sh'), 0o755)
    const { engine } = createEngine({ optFolder, limits: { freezeAfterMs: 0 } })
    for (const round of [1, 2, 3]) {
      const outcome = await call(engine, spec, {
        rawPath: '/book',
        requestContext: { http: { method: 'PUT' } },
      })
      if (outcome.kind !== 'stream') throw new Error(JSON.stringify(errorOf(outcome)))
      const parts: Uint8Array[] = []
      for await (const part of outcome.body) parts.push(part)
      expect(Buffer.concat(parts).toString()).toBe(
        `{"statusCode":200,"headers":{"content-type":"text/plain"}}${'\0'.repeat(8)}PUT /book ${round} ${spec.arn}`,
      )
      await outcome.finished
      expect(outcome.logLines.at(-1)).toMatch(/^REPORT/)
    }
  })
})
