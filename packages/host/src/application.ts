import type { Application } from './answer.ts'
import type { FetchApp, FetchFunction } from './fetch-app.ts'
import { createFetchApplication } from './fetch-app.ts'

/** What toLambda() hosts. */
export type LambdaApp = FetchApp | FetchFunction

/**
 * Tells what kind of application was given.
 *
 * An object (or function) with a `fetch` method is a fetch application. A bare function is one too when it declares fewer
 * than two parameters; with two or more it looks like a Node listener `(req, res)`, so `kind: 'fetch'` has to say that it
 * is not.
 *
 * @param app - The application.
 * @param kind - Settles the question for a bare function.
 * @returns The application, ready to be called.
 * @throws TypeError for a Node listener and for anything that cannot be called.
 */
export function createApplication(app: LambdaApp, kind: 'fetch' | undefined): Application {
  if (hasFetch(app)) return createFetchApplication((...args) => app.fetch(...args))
  if (typeof app !== 'function') {
    throw new TypeError('toLambda() needs a fetch function or an object with a fetch method')
  }
  if (kind !== 'fetch' && app.length > 1) {
    throw new TypeError(
      `toLambda() was given a function of ${app.length} parameters, which looks like a Node listener (req, res); those are ` +
        `not hosted. Pass an application with a fetch method, or { kind: 'fetch' } if the function takes (request, bindings).`,
    )
  }
  return createFetchApplication(app)
}

function hasFetch(app: unknown): app is FetchApp {
  const candidate = app as Partial<FetchApp> | null | undefined
  return typeof candidate?.fetch === 'function'
}
