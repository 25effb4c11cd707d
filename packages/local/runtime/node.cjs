// Runs a Node.js handler: loads it, asks the Runtime API for events, answers them.
// One raw socket carries everything; the request for the next event is written together with each answer.
// CommonJS: an ES module makes every export of each built-in module it imports, which is a fifth of a cold start.
'use strict'
const { existsSync, readFileSync } = require('node:fs')
const { createRequire } = require('node:module')
const { connect } = require('node:net')
const paths = require('node:path')
const { Writable } = require('node:stream')
const { pathToFileURL } = require('node:url')
const { format, types } = require('node:util')

const environment = process.env
const taskRoot = environment.LAMBDA_TASK_ROOT ?? process.cwd()
const api = environment.AWS_LAMBDA_RUNTIME_API ?? ''
const nodeVersion = Number(/nodejs(\d+)/.exec(environment.AWS_EXECUTION_ENV ?? '')?.[1] ?? 22)
// From nodejs24.x on there are no callbacks, and nothing waits for an empty event loop.
const hasCallbacks = nodeVersion < 24

const streamingSymbol = Symbol.for('aws.lambda.runtime.handler.streaming')
const highWaterMarkSymbol = Symbol.for('aws.lambda.runtime.handler.streaming.highWaterMark')
const preludeContentType = 'application/vnd.awslambda.http-integration-response'

// ── errors ──────────────────────────────────────────────────────────────────────────────────────────────────────

class RuntimeError extends Error {
  constructor(type, message) {
    super(message)
    Object.defineProperty(this, 'name', { value: `Runtime.${type}` })
  }
}

function isErrorLike(value) {
  return types.isNativeError(value) || (typeof value?.name === 'string' && typeof value?.stack === 'string')
}

/** The document that Invoke returns. */
function createErrorDocument(error) {
  try {
    return isErrorLike(error)
      ? {
          errorType: error.name,
          errorMessage: error.message,
          trace: String(error.stack ?? '').split('\n'),
        }
      : { errorType: typeof error, errorMessage: String(error), trace: [] }
  } catch {
    return { errorType: 'handled', errorMessage: 'The error could not be read', trace: [] }
  }
}

function listProperties(_key, value) {
  if (!(value instanceof Error)) return value
  const { name, message, code } = value
  const listed = Object.assign({ errorType: name, errorMessage: message, code }, value)
  if (typeof value.stack === 'string') listed.stack = value.stack.split('\n')
  return listed
}

function logError(title, error) {
  let text
  try {
    text = JSON.stringify(error, listProperties)
  } catch {
    text = JSON.stringify(createErrorDocument(error))
  }
  writeLog('ERROR', isJsonLog ? [title, error] : [title, `\t${text}`])
}

// ── console ─────────────────────────────────────────────────────────────────────────────────────────────────────

const isJsonLog = environment.AWS_LAMBDA_LOG_FORMAT === 'JSON'
const levels = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL']
const lowestLevel = Math.max(0, levels.indexOf((environment.AWS_LAMBDA_LOG_LEVEL ?? '').toUpperCase()))
let currentRequestId

function writeLog(level, values) {
  const time = new Date().toISOString()
  process.stdout.write(
    isJsonLog
      ? `${formatJson(time, level, values)}\n`
      : `${time}\t${currentRequestId}\t${level}\t${format(...values)}\n`,
  )
}

function formatJson(timestamp, level, values) {
  const line = { timestamp, level, requestId: currentRequestId }
  const error = values.find((value) => value instanceof Error)
  line.message = values.length === 1 && error === undefined ? values[0] : format(...values)
  if (error !== undefined) {
    line.errorType = error.constructor?.name ?? 'UnknownError'
    line.errorMessage = error.message
    line.stackTrace = String(error.stack ?? '').split('\n')
  }
  try {
    return JSON.stringify(line)
  } catch {
    return JSON.stringify({ ...line, message: format(...values) })
  }
}

function patchConsole() {
  const methods = { trace: 'TRACE', debug: 'DEBUG', info: 'INFO', log: 'INFO', warn: 'WARN', error: 'ERROR' }
  for (const [method, level] of Object.entries({ ...methods, fatal: 'FATAL' })) {
    const isShown = levels.indexOf(level) >= lowestLevel
    console[method] = isShown ? (...values) => writeLog(level, values) : () => {}
  }
}

/** Resolves when what was logged has left the process: the answer follows it, so the log is complete by then. */
function flushLogs() {
  const pending = [process.stdout, process.stderr].filter((stream) => stream.writableLength > 0)
  if (pending.length === 0) return undefined
  return Promise.all(pending.map((stream) => new Promise((done) => stream.write('', done))))
}

// ── Runtime API ─────────────────────────────────────────────────────────────────────────────────────────────────

const separator = api.lastIndexOf(':')
const socket = connect({
  host: api.slice(0, separator),
  port: Number(api.slice(separator + 1)),
  noDelay: true,
})
const nextRequest = `GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: ${api}\r\n\r\n`
// Who waits for the answers, in the order of the requests.
const waiting = []
let received = Buffer.alloc(0)

socket.on('data', (chunk) => {
  received = received.length === 0 ? chunk : Buffer.concat([received, chunk])
  for (;;) {
    const headEnd = received.indexOf('\r\n\r\n')
    if (headEnd === -1) return
    const headers = readHeaders(received.toString('latin1', 0, headEnd))
    const end = headEnd + 4 + Number(headers['content-length'] ?? 0)
    if (received.length < end) return
    const body = received.subarray(headEnd + 4, end)
    received = received.subarray(end)
    waiting.shift()?.(headers, body)
  }
})

function readHeaders(head) {
  const headers = { __proto__: null }
  for (let at = head.indexOf('\r\n'); at !== -1;) {
    const end = head.indexOf('\r\n', at + 2)
    const line = head.slice(at + 2, end === -1 ? undefined : end)
    const colon = line.indexOf(':')
    headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim()
    at = end
  }
  return headers
}

// Without its Runtime API a process has nothing left to do.
socket.on('error', () => process.exit(1))
socket.on('close', () => process.exit(1))

function ignoreAnswer() {}

function createPost(path, headers, body) {
  return `POST /2018-06-01/runtime/${path} HTTP/1.1\r\nHost: ${api}\r\nContent-Type: application/json\r\n${headers}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
}

function requestNext(before = '') {
  currentInvocation = undefined
  socket.ref()
  if (before !== '') waiting.push(ignoreAnswer)
  waiting.push(handleEvent)
  socket.write(before + nextRequest)
}

function postAndExit(path, error, status) {
  const document = createErrorDocument(error)
  socket.ref()
  waiting.push(() => process.exit(status))
  socket.write(createPost(path, errorTypeHeader(document), JSON.stringify(document)))
}

function errorTypeHeader(document) {
  return `Lambda-Runtime-Function-Error-Type: ${toHeaderValue(document.errorType)}\r\n`
}

function toHeaderValue(text) {
  return String(text).replaceAll(/[^\x20-\x7e]/g, '?')
}

// ── answers ─────────────────────────────────────────────────────────────────────────────────────────────────────

/** The invocation that is being handled; answers it once. */
class Invocation {
  isAnswered = false
  stream

  constructor(requestId) {
    this.requestId = requestId
  }

  succeed(result) {
    if (this.isAnswered) return
    let body
    try {
      body = JSON.stringify(result === undefined ? null : result) ?? 'null'
    } catch {
      this.fail(new Error('Unable to stringify response body'))
      return
    }
    this.#answer(createPost(`invocation/${this.requestId}/response`, '', body))
  }

  fail(error) {
    if (this.isAnswered) return
    logError('Invoke Error', error)
    const document = createErrorDocument(error)
    const path = `invocation/${this.requestId}/error`
    this.#answer(createPost(path, errorTypeHeader(document), JSON.stringify(document)))
  }

  #answer(request) {
    this.isAnswered = true
    onEmptyEventLoop = undefined
    const flushed = flushLogs()
    if (flushed === undefined) requestNext(request)
    else void flushed.then(() => requestNext(request))
  }
}

/** What a streaming handler writes to. Nothing is sent before the first write. */
class ResponseStream extends Writable {
  #contentType = 'application/octet-stream'
  #isOpen = false
  #isClosed = false
  #hasWritten = false
  #requestId

  constructor(requestId, highWaterMark) {
    super({ highWaterMark })
    this.#requestId = requestId
  }

  get isOpen() {
    return this.#isOpen
  }

  /** Whether the end of the response was sent: nothing can be said any more. */
  get isClosed() {
    return this.#isClosed
  }

  setContentType(contentType) {
    if (this.#hasWritten) {
      throw new RuntimeError('InvalidStreamingOperation', 'Cannot set content-type, too late.')
    }
    this.#contentType = contentType
  }

  write(chunk, encoding, callback) {
    const isBytes = Buffer.isBuffer(chunk) || chunk?.constructor === Uint8Array
    const data = typeof chunk === 'string' || isBytes ? chunk : JSON.stringify(chunk)
    if (!this.#hasWritten) {
      // The prelude goes out with the first write and only with it: end(data) alone sends none, on Lambda neither.
      this._onBeforeFirstWrite?.((part) => super.write(part))
      this.#hasWritten = true
    }
    return super.write(data, encoding, callback)
  }

  _write(chunk, _encoding, callback) {
    this.#send(frame(chunk), callback)
  }

  _writev(chunks, callback) {
    this.#send(Buffer.concat(chunks.map(({ chunk }) => frame(chunk))), callback)
  }

  _final(callback) {
    this.#isClosed = true
    this.#send(Buffer.from('0\r\n\r\n'), callback)
  }

  /** Ends an open response with the error in its trailers. */
  failOpen(document) {
    if (this.#isClosed) return
    this.#isClosed = true
    const body = Buffer.from(JSON.stringify(document)).toString('base64')
    socket.write(`0\r\n${errorTypeHeader(document)}Lambda-Runtime-Function-Error-Body: ${body}\r\n\r\n`)
    this.destroy()
  }

  #send(bytes, callback) {
    let goesOn
    if (this.#isOpen) {
      goesOn = socket.write(bytes)
    } else {
      this.#isOpen = true
      waiting.push(ignoreAnswer)
      socket.cork()
      socket.write(
        `POST /2018-06-01/runtime/invocation/${this.#requestId}/response HTTP/1.1\r\nHost: ${api}\r\n` +
          `Content-Type: ${toHeaderValue(this.#contentType)}\r\nLambda-Runtime-Function-Response-Mode: streaming\r\n` +
          'Trailer: Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body\r\n' +
          'Transfer-Encoding: chunked\r\n\r\n',
      )
      goesOn = socket.write(bytes)
      socket.uncork()
    }
    if (goesOn) callback()
    else socket.once('drain', () => callback())
  }
}

// A chunk of length zero would end the response.
function frame(chunk) {
  if (chunk.length === 0) return chunk
  return Buffer.concat([Buffer.from(`${chunk.length.toString(16)}\r\n`), chunk, Buffer.from('\r\n')])
}

const HttpResponseStream = {
  from(stream, prelude) {
    stream.setContentType(preludeContentType)
    const text = JSON.stringify(prelude)
    stream._onBeforeFirstWrite = (write) => {
      write(text)
      write(new Uint8Array(8))
    }
    return stream
  },
}

function streamifyResponse(handler, options) {
  handler[streamingSymbol] = 'response'
  if (typeof options?.highWaterMark === 'number') handler[highWaterMarkSymbol] = options.highWaterMark
  return handler
}

// ── invocations ─────────────────────────────────────────────────────────────────────────────────────────────────

let handler = null
let currentInvocation
let onEmptyEventLoop

// Read once: looking into the environment of a process takes longer than the rest of a short call.
const facts = {
  functionVersion: environment.AWS_LAMBDA_FUNCTION_VERSION,
  functionName: environment.AWS_LAMBDA_FUNCTION_NAME,
  memoryLimitInMB: environment.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
  logGroupName: environment.AWS_LAMBDA_LOG_GROUP_NAME,
  logStreamName: environment.AWS_LAMBDA_LOG_STREAM_NAME,
}

function createContext(headers, requestId) {
  const deadlineMs = Number(headers['lambda-runtime-deadline-ms'])
  const clientContext = headers['lambda-runtime-client-context']
  const identity = headers['lambda-runtime-cognito-identity']
  return {
    ...facts,
    clientContext: clientContext === undefined ? undefined : JSON.parse(clientContext),
    identity: identity === undefined ? undefined : JSON.parse(identity),
    invokedFunctionArn: headers['lambda-runtime-invoked-function-arn'],
    awsRequestId: requestId,
    tenantId: headers['lambda-runtime-aws-tenant-id'],
    getRemainingTimeInMillis: () => deadlineMs - Date.now(),
  }
}

function handleEvent(headers, body) {
  const requestId = headers['lambda-runtime-aws-request-id']
  // Only the answer to `next` carries an id: anything else is a refusal, and there is no event to work on.
  if (requestId === undefined) process.exit(1)
  const traceId = headers['lambda-runtime-trace-id']
  if (traceId === undefined) delete environment._X_AMZN_TRACE_ID
  else environment._X_AMZN_TRACE_ID = traceId
  currentRequestId = requestId
  const invocation = new Invocation(requestId)
  currentInvocation = invocation
  // From here on only the handler's own work keeps the process alive, so that an empty event loop can be noticed.
  socket.unref()
  try {
    const event = JSON.parse(body.toString())
    const context = createContext(headers, requestId)
    if (handler[streamingSymbol] === 'response') handleStreaming(invocation, event, context)
    else if (hasCallbacks) handleWithCallback(invocation, event, context)
    else handlePromise(invocation, event, context)
  } catch (error) {
    invocation.fail(error)
  }
}

const unsettled = () =>
  new RuntimeError(
    'NodeJsExit',
    'The process would have ended before the handler answered; most often a Promise was never settled. See https://nodejs.org/docs/latest/api/process.html#exit-codes',
  )

function handlePromise(invocation, event, context) {
  onEmptyEventLoop = () => invocation.fail(unsettled())
  Promise.resolve(handler(event, context)).then(
    (result) => invocation.succeed(result),
    (error) => invocation.fail(error),
  )
}

function handleWithCallback(invocation, event, context) {
  let waitsForEmptyEventLoop = true
  const finish = (error, result) => {
    onEmptyEventLoop = undefined
    if (error === undefined || error === null) invocation.succeed(result)
    else invocation.fail(error)
  }
  const once = (act) => {
    let isDone = false
    return (...values) => {
      if (isDone) return
      isDone = true
      act(...values)
    }
  }
  Object.defineProperty(context, 'callbackWaitsForEmptyEventLoop', {
    enumerable: true,
    get: () => waitsForEmptyEventLoop,
    set: (value) => {
      waitsForEmptyEventLoop = value
    },
  })
  context.done = once(finish)
  context.succeed = once((result) => finish(undefined, result))
  context.fail = once((error) => finish(error ?? 'handled'))
  const callback = once((error, result) => {
    if ((error === undefined || error === null) && waitsForEmptyEventLoop) {
      onEmptyEventLoop = () => invocation.succeed(result)
    } else {
      finish(error, result)
    }
  })
  const isAsync = handler.constructor?.name === 'AsyncFunction'
  onEmptyEventLoop = () => (isAsync ? invocation.fail(unsettled()) : invocation.succeed(null))
  const returned = handler(event, context, callback)
  if (typeof returned?.then === 'function') returned.then(context.succeed, context.fail)
}

function handleStreaming(invocation, event, context) {
  const stream = new ResponseStream(invocation.requestId, handler[highWaterMarkSymbol])
  invocation.stream = stream
  let waitsForEmptyEventLoop = hasCallbacks
  if (hasCallbacks) {
    Object.defineProperty(context, 'callbackWaitsForEmptyEventLoop', {
      enumerable: true,
      get: () => waitsForEmptyEventLoop,
      set: (value) => {
        waitsForEmptyEventLoop = value
      },
    })
  }
  const fail = (error) => failStream(invocation, error)
  // A stream that the handler destroys with an error must not end the process.
  stream.on('error', fail)
  onEmptyEventLoop = () => fail(new Error('Response stream is not finished.'))
  let returned
  try {
    returned = handler(event, stream, context)
  } catch (error) {
    fail(error)
    return
  }
  if (typeof returned?.then !== 'function') {
    fail(new Error('Streaming does not support non-async handlers.'))
    return
  }
  const finish = () => {
    if (invocation.isAnswered) return
    invocation.isAnswered = true
    const next = () => {
      onEmptyEventLoop = undefined
      const flushed = flushLogs()
      if (flushed === undefined) requestNext()
      else void flushed.then(() => requestNext())
    }
    if (waitsForEmptyEventLoop) onEmptyEventLoop = next
    else next()
  }
  const settle = (result) => {
    if (result !== undefined) writeLog('WARN', ['Streaming handlers ignore return values.'])
    if (stream.writableFinished) finish()
    else stream.once('finish', finish)
  }
  returned.then(settle, fail)
}

function failStream(invocation, error) {
  if (invocation.isAnswered) return
  const { stream } = invocation
  if (!stream.isOpen) {
    invocation.fail(error)
    // What it still holds must not open a response now.
    stream.destroy()
    return
  }
  invocation.isAnswered = true
  logError('Invoke Error', error)
  stream.failOpen(createErrorDocument(error))
  onEmptyEventLoop = undefined
  const flushed = flushLogs()
  if (flushed === undefined) requestNext()
  else void flushed.then(() => requestNext())
}

// ── loading ─────────────────────────────────────────────────────────────────────────────────────────────────────

const requireFromTask = createRequire(paths.join(taskRoot, 'index.js'))

function isInModulePackage(file) {
  for (let folder = paths.dirname(file); ; folder = paths.dirname(folder)) {
    if (paths.basename(folder) === 'node_modules') return false
    const manifest = paths.join(folder, 'package.json')
    if (existsSync(manifest)) {
      try {
        return JSON.parse(readFileSync(manifest, 'utf8')).type === 'module'
      } catch {
        return false
      }
    }
    if (folder === paths.dirname(folder)) return false
  }
}

/** Finds the module of a handler in Lambda's order: no extension, .js, .mjs, .cjs, then as a package. */
function loadModule(path, name) {
  const script = `${path}.js`
  if (existsSync(path)) return requireFromTask(path)
  if (existsSync(script))
    return isInModulePackage(script) ? import(pathToFileURL(script).href) : requireFromTask(script)
  if (existsSync(`${path}.mjs`)) return import(pathToFileURL(`${path}.mjs`).href)
  if (existsSync(`${path}.cjs`)) return requireFromTask(`${path}.cjs`)
  return requireFromTask(requireFromTask.resolve(name, { paths: [taskRoot, paths.dirname(path)] }))
}

async function loadHandler(text) {
  if (text.includes('..')) {
    throw new RuntimeError(
      'MalformedHandlerName',
      `'${text}' is not a valid handler name. Use absolute paths when specifying root directories in handler names.`,
    )
  }
  const last = paths.basename(text)
  const parts = /^([^.]*)\.(.*)$/.exec(last)
  if (parts === null) throw new RuntimeError('MalformedHandlerName', 'Bad handler')
  const [, name, path] = parts
  let module
  try {
    module = await loadModule(paths.resolve(taskRoot, text.slice(0, text.indexOf(last)), name), name)
  } catch (error) {
    if (error instanceof SyntaxError) throw new RuntimeError('UserCodeSyntaxError', `${error}`)
    if (error instanceof Error && error.code === 'MODULE_NOT_FOUND')
      throw new RuntimeError('ImportModuleError', `${error}`)
    throw error
  }
  const found = path.split('.').reduce((value, key) => value?.[key], module)
  if (!found) throw new RuntimeError('HandlerNotFound', `${text} is undefined or not exported`)
  if (typeof found !== 'function') throw new RuntimeError('HandlerNotFound', `${text} is not a function`)
  checkHandler(found)
  return found
}

function checkHandler(found) {
  const mode = found[streamingSymbol]
  if (mode !== undefined && mode !== null && mode !== false && mode !== 'response') {
    throw new RuntimeError('MalformedStreamingHandler', 'Only response streaming is supported.')
  }
  if (!hasCallbacks && mode !== 'response' && found.length >= 3) {
    throw new RuntimeError(
      'CallbackHandlerDeprecated',
      'AWS Lambda has removed support for callback-based function handlers starting with Node.js 24. Declare at most two parameters and return a Promise. See https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html',
    )
  }
}

// ── start ───────────────────────────────────────────────────────────────────────────────────────────────────────

let hasFailed = false

function failProcess(error, status) {
  hasFailed = true
  const invocation = currentInvocation
  if (handler === null) {
    postAndExit('init/error', error, status)
  } else if (invocation === undefined || invocation.isAnswered) {
    process.exit(status)
  } else if (invocation.stream?.isOpen) {
    invocation.isAnswered = true
    waiting.splice(-1, 1, () => process.exit(status))
    socket.ref()
    invocation.stream.failOpen(createErrorDocument(error))
  } else {
    invocation.isAnswered = true
    postAndExit(`invocation/${invocation.requestId}/error`, error, status)
  }
}

patchConsole()
process.on('uncaughtException', (error) => {
  logError('Uncaught Exception', error)
  failProcess(error, 129)
})
process.on('unhandledRejection', (reason, promise) => {
  const error = new RuntimeError(
    'UnhandledPromiseRejection',
    reason instanceof Error ? String(reason) : reason,
  )
  error.reason = reason
  error.promise = promise
  logError('Unhandled Promise Rejection', error)
  failProcess(error, 128)
})
process.on('beforeExit', () => {
  // A module that never finishes loading: the status of Node.js for an await that never settles.
  if (handler === null && !hasFailed) process.exit(13)
  const act = onEmptyEventLoop
  onEmptyEventLoop = undefined
  act?.()
})

globalThis.awslambda = { streamifyResponse, HttpResponseStream }
// The connection must not keep a process alive whose module never finishes loading.
socket.unref()
async function start() {
  try {
    handler = await loadHandler(environment._HANDLER ?? '')
  } catch (error) {
    logError('Uncaught Exception', error)
    failProcess(error, 129)
    return
  }
  requestNext()
}

void start()
