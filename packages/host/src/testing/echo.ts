import { getBindings } from '../bindings.ts'
import { getCaller } from '../caller.ts'

/** What an application says that it received. */
export interface Echo {
  readonly method: string
  /** Path and query. */
  readonly target: string
  readonly host: string | null
  /** `https` or `http`; null where the kind of application has no notion of it. */
  readonly scheme: string | null
  readonly headers: Readonly<Record<string, string>>
  /** Base64. */
  readonly body: string
  /** Address of the client. */
  readonly address: string | null
  readonly callerArn: string | null
  readonly functionName: string | null
}

/** What every kind of application can say; the rest is its own. */
type OwnPart = Omit<Echo, 'callerArn' | 'functionName'>

/**
 * Says back what an application received.
 *
 * @param request The object it received.
 * @param own What it read from it.
 * @returns JSON.
 */
export function createEcho(request: object, own: OwnPart): string {
  const echo: Echo = {
    ...own,
    callerArn: getCaller(request)?.userArn ?? null,
    functionName: getBindings(request)?.context.functionName ?? null,
  }
  return JSON.stringify(echo)
}

/**
 * Says back what a fetch application received.
 *
 * @param request The request.
 * @returns JSON.
 */
export async function echoRequest(request: Request): Promise<string> {
  const { protocol, host, pathname, search } = new URL(request.url)
  return createEcho(request, {
    method: request.method,
    target: pathname + search,
    host,
    scheme: protocol.slice(0, -1),
    headers: Object.fromEntries(request.headers),
    body: Buffer.from(await request.arrayBuffer()).toString('base64'),
    address: getBindings(request)?.event.requestContext.http.sourceIp ?? null,
  })
}
