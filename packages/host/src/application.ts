import type { Application } from './answer.ts'
import type { FetchApp, FetchFunction } from './fetch-app.ts'
import { createFetchApplication } from './fetch-app.ts'
import type { NodeApp } from './listener.node.ts'

/** What toLambda() hosts. */
export type LambdaApp = FetchApp | FetchFunction | NodeApp

/** The two kinds of application. */
export type AppKind = 'fetch' | 'node'

/**
 * Makes an application of either kind callable.
 *
 * An object (or function) with a `fetch` method is a fetch application. A bare function is one too when it declares fewer
 * than two parameters; with two or more it is taken for a Node listener `(req, res)`, unless `kind` says otherwise. An
 * `http.Server` is hosted through its listeners.
 *
 * @param app The application.
 * @param kind Settles the question.
 * @returns The application, ready to be called.
 * @throws TypeError for anything that cannot be called.
 */
export function createApplication(app: LambdaApp, kind: AppKind = guessKind(app)): Application {
  if (kind === 'node') return createNodeApplication(app as NodeApp)
  if (hasFetch(app)) return createFetchApplication((...args) => app.fetch(...args))
  if (typeof app === 'function') return createFetchApplication(app as FetchFunction)
  throw new TypeError(
    'toLambda() needs an application with a fetch method, a fetch function, a Node listener (for Koa app.callback(), ' +
      'for Fastify app.routing once it is ready) or an http.Server',
  )
}

function guessKind(app: LambdaApp): AppKind {
  if (hasFetch(app)) return 'fetch'
  return isServer(app) || (typeof app === 'function' && app.length > 1) ? 'node' : 'fetch'
}

function hasFetch(app: unknown): app is FetchApp {
  const candidate = app as Partial<FetchApp> | null | undefined
  return typeof candidate?.fetch === 'function'
}

function isServer(app: unknown): boolean {
  const candidate = app as {
    readonly emit?: unknown
    readonly listen?: unknown
    readonly closeAllConnections?: unknown
  } | null
  return (
    typeof candidate === 'object' &&
    typeof candidate?.emit === 'function' &&
    typeof candidate.listen === 'function' &&
    typeof candidate.closeAllConnections === 'function'
  )
}

/** Fetch applications, the usual kind, do not pay for loading `node:http`. */
function createNodeApplication(app: NodeApp): Application {
  if (typeof app !== 'function' && !isServer(app)) {
    throw new TypeError("kind 'node' needs a listener (req, res) or an http.Server")
  }
  const loading = loadListener(app)
  return async (request, invocation) => (await loading)(request, invocation)
}

async function loadListener(app: NodeApp): Promise<Application> {
  const { createListenerApplication } = await import('#listener')
  return createListenerApplication(app)
}
