import type { Application } from './answer.ts'
import type { FetchApp, FetchFunction } from './fetch-app.ts'
import { createFetchApplication } from './fetch-app.ts'
import { GuardedApp } from './guarded-app.ts'
import type { NodeApp, NodeListener } from './listener.node.ts'

/** A Koa application, or anything else that makes its listener on demand. */
export interface CallbackApp {
  callback(): NodeListener
}

/** A Fastify application: ready() loads its plugins, routing is its listener. */
export interface FastifyApp {
  ready(): unknown
  readonly routing: NodeListener
}

/** A Nest application: init() resolves its modules, the adapter's instance is the application underneath. */
export interface NestApp {
  init(): Promise<unknown>
  getHttpAdapter(): { getInstance(): unknown }
}

/** What toLambda() hosts. */
export type HostableApp = FetchApp | FetchFunction | NodeApp | CallbackApp | FastifyApp | NestApp | GuardedApp

/** What toLambda() hosts, or a promise of it. */
export type LambdaApp = HostableApp | PromiseLike<HostableApp>

/** The two kinds of application. */
export type AppKind = 'fetch' | 'node'

/** How applications of one shape are recognised and made callable. */
interface ShapeRow {
  /** Its methods: what has all of them is of this shape. */
  readonly methods: readonly string[]
  readonly host: (app: never) => Application
}

/** One row a shape; the first that fits is taken. */
const shapes: readonly ShapeRow[] = [
  // A Fastify application is thenable as long as it is not ready.
  { methods: ['ready', 'routing'], host: (app: FastifyApp) => waitFor(startFastify(app)) },
  { methods: ['then'], host: (app: PromiseLike<HostableApp>) => wait(app) },
  { methods: ['fetch'], host: (app: FetchApp) => createFetchApplication((...args) => app.fetch(...args)) },
  { methods: ['init', 'getHttpAdapter'], host: (app: NestApp) => wait(startNest(app)) },
  { methods: ['emit', 'listen', 'closeAllConnections'], host: (app: NodeApp) => hostListener(app) },
  { methods: ['callback', 'use'], host: (app: CallbackApp) => hostListener(app.callback()) },
]

/**
 * Makes an application of any shape callable.
 *
 * A bare function is a fetch function when it declares fewer than two parameters; with two or more it is taken for a Node
 * listener `(req, res)`, unless `kind` says otherwise.
 *
 * @param app The application.
 * @param kind Settles the question for a bare function.
 * @returns The application, ready to be called.
 * @throws TypeError for anything that cannot be called.
 */
export function createApplication(app: LambdaApp, kind?: AppKind): Application {
  if (app instanceof GuardedApp) {
    const guarded = createApplication(app.app, kind)
    return (request, invocation) => app.guard(invocation) ?? guarded(request, invocation)
  }
  const shape = shapes.find(({ methods }) => methods.every((name) => hasMethod(app, name)))
  if (shape !== undefined && kind !== 'node') return shape.host(app as never)
  if (typeof app === 'function') {
    return (kind ?? (app.length > 1 ? 'node' : 'fetch')) === 'node'
      ? hostListener(app as NodeListener)
      : createFetchApplication(app as FetchFunction)
  }
  if (shape !== undefined && !hasMethod(app, 'fetch')) return shape.host(app as never)
  throw new TypeError(
    'toLambda() needs an application with a fetch method, a fetch function, a Node listener, an http.Server, or an express, ' +
      'connect, Koa, Fastify or Nest application',
  )
}

function hasMethod(app: unknown, name: string): boolean {
  if ((typeof app !== 'object' && typeof app !== 'function') || app === null) return false
  return typeof (app as Readonly<Record<string, unknown>>)[name] === 'function'
}

async function startNest(app: NestApp): Promise<HostableApp> {
  await app.init()
  return app.getHttpAdapter().getInstance() as HostableApp
}

async function startFastify(app: FastifyApp): Promise<Application> {
  await app.ready()
  return hostListener(app.routing)
}

/** What cannot be started fails every request, and is not lost before the first. */
function wait(app: PromiseLike<HostableApp>): Application {
  return waitFor(Promise.resolve(app).then((ready) => createApplication(ready)))
}

function waitFor(starting: Promise<Application>): Application {
  let started: Application | undefined
  starting.then(
    (application) => void (started = application),
    () => undefined,
  )
  return (request, invocation) =>
    started === undefined
      ? starting.then((application) => application(request, invocation))
      : started(request, invocation)
}

/** Fetch applications, the usual kind, do not pay for loading `node:http`. */
function hostListener(app: NodeApp): Application {
  return waitFor(import('#listener').then(({ createListenerApplication }) => createListenerApplication(app)))
}
