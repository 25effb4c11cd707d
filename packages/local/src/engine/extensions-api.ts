import { randomUUID } from 'node:crypto'
import { accepted, createAnswer, createRefusalAnswer } from './api-answers.ts'
import type { Refusal } from './api-answers.ts'
import { BodyCollector, ignore } from './api-server.ts'
import type { Api, Connection, Exchange, Route } from './api-server.ts'
import { createFailureReport } from './errors.ts'
import type { FailureReport } from './errors.ts'
import type { RequestHead } from './http-reader.ts'
import type { FunctionSpec } from './types.ts'

/** What the extensions do, told to the environment. */
export interface ExtensionEvents {
  /** The last external extension has registered: the runtime may start. */
  registered(): void
  /** An extension waits for an event. */
  ready(): void
  /** An extension said that it cannot go on; the report for the request it is told to. */
  failed(report: (requestId: string) => FailureReport): void
}

/** Why an environment ends, as a SHUTDOWN event says it. */
export type ShutdownReason = 'spindown' | 'timeout' | 'failure'

/** One invocation as extensions are told of it. */
export interface ExtensionInvocation {
  readonly requestId: string
  readonly deadlineMs: number
  readonly invokedFunctionArn: string
  readonly traceId: string
}

/** An extension as a log line describes it. */
export interface ExtensionStatus {
  readonly name: string
  readonly state: string
  readonly events: readonly string[]
}

const identifierHeader = 'Lambda-Extension-Identifier'
const errorTypeHeader = 'Lambda-Extension-Function-Error-Type'
const maxExtensions = 10
const isIdentifier = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
const notAllowed = 'State transition is not allowed'

// An event that an extension of this kind may ask for, or what is said of it.
const eventRules: Readonly<Record<Kind, Readonly<Record<string, string>>>> = {
  external: { INVOKE: '', SHUTDOWN: '' },
  internal: { INVOKE: '', SHUTDOWN: 'ShutdownEventNotSupportedForInternalExtension' },
}

type Kind = 'external' | 'internal'
// 'Ready': it waits for an event; 'Running': it was given one. The names are those of Lambda's refusals.
type State = 'Started' | 'Registered' | 'Ready' | 'Running' | 'InitError' | 'ExitError'

interface Extension {
  readonly id: string
  readonly name: string
  readonly kind: Kind
  state: State
  events: readonly string[]
  waiting: Connection | undefined
}

const forbid = (errorType: string, errorMessage: string): Refusal => ({
  status: 403,
  errorType,
  errorMessage,
})

/**
 * The Extensions API of one execution environment. External extensions are known by their file names before they
 * register; whoever else registers before the runtime has asked for its first event is an internal one.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/runtimes-extensions-api.html
 */
export class ExtensionsApi implements Api {
  readonly routes: readonly Route[] = [
    {
      method: 'POST',
      path: /^\/2020-01-01\/extension\/register$/,
      open: (connection, head) => this.#openRegister(connection, head),
    },
    {
      method: 'GET',
      path: /^\/2020-01-01\/extension\/event\/next$/,
      open: (connection, head) => this.#openNext(connection, head),
    },
    {
      method: 'POST',
      path: /^\/2020-01-01\/extension\/(init|exit)\/error$/,
      open: (connection, head, phase) => this.#openError(connection, head, phase),
    },
    {
      method: 'PUT',
      path: /^\/(2022-07-01\/telemetry|2020-08-15\/logs)$/,
      open: (connection, _head, target) => answerUnserved(connection, target),
    },
  ]
  readonly #spec: FunctionSpec
  readonly #events: ExtensionEvents
  readonly #extensions = new Map<string, Extension>()
  #isOpen = true
  #shutdown: object | undefined

  /**
   * Creates the API, without an extension.
   * @param spec The function.
   * @param events Told what the extensions do.
   */
  constructor(spec: FunctionSpec, events: ExtensionEvents) {
    this.#spec = spec
    this.#events = events
  }

  /** How many there are, of both kinds. */
  get size(): number {
    return this.#extensions.size
  }

  /** Whether every one waits for an event. */
  get areReady(): boolean {
    for (const { state } of this.#extensions.values()) if (state !== 'Ready') return false
    return true
  }

  /**
   * Begins an init phase: what was registered before is gone.
   * @param names File names of the external extensions.
   */
  reset(names: readonly string[]): void {
    this.#isOpen = true
    this.#shutdown = undefined
    this.#extensions.clear()
    for (const name of names) this.#add(name, 'external', 'Started')
  }

  /** Takes no registration any more: the runtime has asked for its first event. */
  closeRegistration(): void {
    this.#isOpen = false
  }

  /**
   * Tells those that asked for it of an invocation.
   * @param invocation The invocation.
   */
  invoke(invocation: ExtensionInvocation): void {
    if (this.#extensions.size === 0) return
    const { requestId, deadlineMs, invokedFunctionArn, traceId } = invocation
    const tracing = traceId === '' ? {} : { tracing: { type: 'X-Amzn-Trace-Id', value: traceId } }
    const event = { eventType: 'INVOKE', deadlineMs, requestId, invokedFunctionArn, ...tracing }
    for (const extension of this.#extensions.values()) {
      if (extension.events.includes('INVOKE')) deliver(extension, event)
    }
  }

  /**
   * Tells those that asked for it that the environment ends, now or when they ask for the next event.
   * @param shutdownReason Why.
   * @param deadlineMs When they are killed, in milliseconds since 1970.
   * @returns The names of those that were told.
   */
  shutDown(shutdownReason: ShutdownReason, deadlineMs: number): readonly string[] {
    const event = { eventType: 'SHUTDOWN', deadlineMs, shutdownReason }
    this.#shutdown = event
    const told = [...this.#extensions.values()].filter(({ events }) => events.includes('SHUTDOWN'))
    for (const extension of told) deliver(extension, event)
    return told.map(({ name }) => name)
  }

  /**
   * Describes the extensions.
   * @returns One entry each, in the order in which they came.
   */
  status(): readonly ExtensionStatus[] {
    return [...this.#extensions.values()].map(({ name, state, events }) => ({ name, state, events }))
  }

  forget(connection: Connection): void {
    for (const extension of this.#extensions.values()) {
      if (extension.waiting === connection) extension.waiting = undefined
    }
  }

  #openRegister(connection: Connection, head: RequestHead): Exchange | Refusal {
    const name = head.headers.get('lambda-extension-name') ?? ''
    if (name === '') return forbid('Extension.InvalidExtensionName', 'Empty extension name')
    const features = (head.headers.get('lambda-extension-accept-feature') ?? '').split(',')
    return collect((body) => {
      const registered = this.#register(name, body)
      if ('status' in registered) {
        connection.send(createRefusalAnswer(registered))
        return
      }
      const { name: functionName, version: functionVersion, handler, accountId } = this.#spec
      const hasAccount = features.some((feature) => feature.trim() === 'accountId')
      const answer = { functionName, functionVersion, handler, ...(hasAccount ? { accountId } : {}) }
      const header = `${identifierHeader}: ${registered.id}\r\n`
      connection.send(createAnswer(200, JSON.stringify(answer), header))
      if (registered.kind === 'external' && !this.#has('Started')) this.#events.registered()
    })
  }

  #register(name: string, body: Buffer): Extension | Refusal {
    const events = readEvents(body)
    if (typeof events === 'string') return forbid('InvalidRequestFormat', events)
    const known = this.#find((extension) => extension.name === name)
    const kind = known?.kind ?? 'internal'
    for (const event of events) {
      const wrong = eventRules[kind][event] ?? 'ErrorInvalidEventType'
      if (wrong !== '') return forbid('Extension.InvalidEventType', `${event}: ${wrong}`)
    }
    if (kind === 'external' && known !== undefined) {
      if (known.state !== 'Started') return refuseTransition(known.state, 'Registered', name)
      known.state = 'Registered'
      known.events = events
      return known
    }
    if (!this.#isOpen) {
      return forbid('Extension.RegistrationClosed', 'Extension registration closed already')
    }
    if (known !== undefined) {
      return forbid('Extension.InvalidExtensionState', 'Extension with this name already registered')
    }
    if (this.#extensions.size >= maxExtensions) {
      return forbid('Extension.TooManyExtensions', `Extension limit (${maxExtensions}) reached`)
    }
    const extension = this.#add(name, 'internal', 'Registered')
    extension.events = events
    return extension
  }

  #openNext(connection: Connection, head: RequestHead): Exchange | Refusal {
    const extension = this.#identify(head, (id) => `Unknown extension ${id}`)
    if ('status' in extension) return extension
    if (extension.state !== 'Registered' && extension.state !== 'Running') {
      return refuseTransition(extension.state, 'Ready', extension.id)
    }
    return collect(() => {
      extension.state = 'Ready'
      extension.waiting = connection
      if (this.#shutdown === undefined) this.#events.ready()
      else if (extension.events.includes('SHUTDOWN')) deliver(extension, this.#shutdown)
    })
  }

  #openError(connection: Connection, head: RequestHead, phase: string): Exchange | Refusal {
    const isInit = phase === 'init'
    const extension = this.#identify(head, () => `Unknown ${identifierHeader}`)
    if ('status' in extension) return extension
    const errorType = head.headers.get(errorTypeHeader.toLowerCase()) ?? ''
    if (errorType === '') return forbid('Extension.MissingHeader', `${errorTypeHeader} not found`)
    const target = isInit ? 'InitError' : 'ExitError'
    if (isInit && extension.state !== 'Registered' && extension.state !== target) {
      return refuseTransition(extension.state, target, extension.id)
    }
    return collect(() => {
      connection.send(accepted)
      // Only the first one counts.
      if (extension.state === target) return
      extension.state = target
      const type = `Extension.${target}`
      this.#events.failed((id) =>
        createFailureReport(type, `RequestId: ${id} Error: ${extension.name}: ${errorType}`),
      )
    })
  }

  #identify(head: RequestHead, describeUnknown: (id: string) => string): Extension | Refusal {
    const id = head.headers.get(identifierHeader.toLowerCase()) ?? ''
    if (id === '') {
      return forbid('Extension.MissingExtensionIdentifier', `Missing ${identifierHeader} header`)
    }
    if (!isIdentifier.test(id)) {
      return forbid('Extension.InvalidExtensionIdentifier', `Invalid ${identifierHeader}`)
    }
    const extension = this.#find((candidate) => candidate.id === id.toLowerCase())
    return extension ?? forbid('Extension.UnknownExtensionIdentifier', describeUnknown(id))
  }

  #add(name: string, kind: Kind, state: State): Extension {
    const extension: Extension = { id: randomUUID(), name, kind, state, events: [], waiting: undefined }
    this.#extensions.set(extension.id, extension)
    return extension
  }

  #find(isIt: (extension: Extension) => boolean): Extension | undefined {
    for (const extension of this.#extensions.values()) if (isIt(extension)) return extension
    return undefined
  }

  #has(state: State): boolean {
    return this.#find((extension) => extension.state === state) !== undefined
  }
}

function deliver(extension: Extension, event: object): void {
  const { waiting } = extension
  if (waiting === undefined) return
  extension.waiting = undefined
  extension.state = 'Running'
  const header = `Lambda-Extension-Event-Identifier: ${randomUUID()}\r\n`
  waiting.send(createAnswer(200, JSON.stringify(event), header))
}

/** Named as not served, in the words and with the status of AWS's emulator: extensions go on without it. */
function answerUnserved(connection: Connection, target: string): Exchange {
  const name = target.endsWith('logs') ? 'Logs' : 'Telemetry'
  return collect(() => {
    const answer = { errorMessage: `${name} API is not supported`, errorType: `${name}.NotSupported` }
    connection.send(createAnswer(202, JSON.stringify(answer)))
  })
}

function collect(done: (body: Buffer) => void): Exchange {
  const body = new BodyCollector()
  return {
    data: (chunk) => body.push(chunk),
    lost: ignore,
    end: () => done(body.take() ?? Buffer.alloc(0)),
  }
}

function refuseTransition(from: State, to: State, extension: string): Refusal {
  return forbid(
    'Extension.InvalidExtensionState',
    `State transition from ${from} to ${to} failed for extension ${extension}. Error: ${notAllowed}`,
  )
}

/** The events, or what is wrong with the body. */
function readEvents(body: Buffer): readonly string[] | string {
  let parsed: unknown
  try {
    parsed = JSON.parse(body.toString())
  } catch {
    return 'The body is not JSON'
  }
  if (typeof parsed !== 'object' || parsed === null) return 'The body is not a JSON object'
  const { events = [], configurationKeys = [] } = parsed as Record<string, unknown>
  if (Array.isArray(configurationKeys) && configurationKeys.length > 0) {
    return 'configurationKeys are deprecated; use environment variables instead'
  }
  const areTexts = Array.isArray(events) && events.every((event) => typeof event === 'string')
  return areTexts ? events : 'events is not an array of strings'
}
