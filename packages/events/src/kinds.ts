import { decodePercent, encodePath } from './text.ts'
import type { EventKind, HttpEvent } from './types.ts'

/** How events of one kind differ from the others. */
interface KindRow {
  /** @returns Whether an event in payload format 2.0 is of this kind. */
  readonly matches: (event: HttpEvent) => boolean
  /** @returns The path the client asked for, percent-encoded, from the event's `rawPath`. */
  readonly readPath: (rawPath: string, stage: string) => string
  /** @returns The event's `rawPath` from the path the client asked for. */
  readonly createPath: (path: string, stage: string) => string
  /** Whether the `cookie` header stays beside `cookies`. */
  readonly keepsCookieHeader: boolean
}

/** The stage that adds nothing to the path. */
const defaultStage = '$default'

/**
 * guess: only a name of API Gateway, or a prefix that is not the API's id (a custom domain), tells an HTTP API from a function
 * URL; both write version 2.0, and the local side writes whatever host it is reached by.
 */
function guessHttpApi({ requestContext: { domainName, domainPrefix, apiId, stage } }: HttpEvent): boolean {
  if (typeof stage === 'string' && stage !== defaultStage) return true
  return domainPrefix !== apiId || (typeof domainName === 'string' && domainName.includes('.execute-api.'))
}

/** guess: a path under a custom domain may lack the stage; so it is taken off where it stands and not missed where it does not. */
function guessWithoutStage(path: string, stage: string): string {
  if (stage === defaultStage || !path.startsWith(`/${stage}`)) return path
  const rest = path.slice(stage.length + 1)
  return rest === '' ? '/' : rest.startsWith('/') ? rest : path
}

/** One row a kind of event; the first that matches an event is its kind. */
export const eventKinds: Readonly<Record<EventKind, KindRow>> = {
  'http-api': {
    matches: guessHttpApi,
    // The path came decoded, once: escapes such as %2F cannot be told from what they stand for any more.
    readPath: (rawPath, stage) => encodePath(guessWithoutStage(rawPath, stage)),
    createPath: (path, stage) => (stage === defaultStage ? '' : `/${stage}`) + decodePercent(path),
    keepsCookieHeader: false,
  },
  'function-url': {
    matches: () => true,
    readPath: (rawPath) => rawPath,
    createPath: (path) => path,
    keepsCookieHeader: true,
  },
}

const kindNames = Object.keys(eventKinds) as readonly EventKind[]

/**
 * Tells what kind an event is of.
 *
 * @param event An event in payload format 2.0.
 * @returns The tag of the first row that matches.
 */
export function findEventKind(event: HttpEvent): EventKind {
  for (const kind of kindNames) if (eventKinds[kind].matches(event)) return kind
  return 'function-url'
}
