import type { AxiosError, AxiosResponse } from 'axios'
import type { SignedFetchRequest } from './sign-request.ts'

/** What is shown of a request in place of the object that sent it. */
export interface ShownRequest {
  readonly method: string
  readonly path: string
}

type Config = AxiosResponse['config']

// What Node's `util.inspect`, and so `console.log`, asks an object for.
const inspectSymbol = Symbol.for('nodejs.util.inspect.custom')

/** How far errors that cause one another are followed. */
const maxDepth = 4

/**
 * Takes the signature and the session token out of a response: the client's request holds the header lines as they
 * were sent, and responses are printed and logged as a whole.
 * @param response the response of an adapter
 * @param signed the request as it was sent
 * @param config the configuration to show
 * @returns the same, with the bare request and the configuration in it
 */
export function hideInResponse(
  response: AxiosResponse,
  signed: SignedFetchRequest,
  config: Config,
): AxiosResponse {
  hideRequest(response.request)
  // A body that is read as a stream leads to the client's request too.
  hideRequest(readMember(response.data, 'req'))
  return { ...response, config, request: createShown(signed) }
}

/**
 * Takes the signature and the session token out of an error, its response and its causes, in place.
 * @param error what an adapter threw
 * @param signed the request as it was sent
 * @param config the configuration to show
 */
export function hideInError(error: unknown, signed: SignedFetchRequest, config: Config): void {
  let one = error
  for (let depth = 0; one instanceof Error && depth < maxDepth; depth++) {
    const { request, response } = one as Partial<AxiosError>
    if ('config' in one) Object.assign(one, { config })
    if (request !== undefined) {
      hideRequest(request)
      Object.assign(one, { request: createShown(signed) })
    }
    if (response) Object.assign(response, hideInResponse(response, signed, config))
    one = one.cause
  }
}

function createShown({ method, url }: SignedFetchRequest): ShownRequest {
  const { pathname, search } = new URL(url)
  return { method, path: pathname + search }
}

// Sockets, parsers and agents lead to it as well, so the object itself keeps quiet.
function hideRequest(request: unknown): void {
  if (typeof request !== 'object' || request === null || Object.hasOwn(request, inspectSymbol)) return
  if (!Object.isExtensible(request)) return
  const value = (): unknown => ({
    method: readMember(request, 'method'),
    path: readMember(request, 'path') ?? readMember(request, 'url'),
  })
  Object.defineProperty(request, inspectSymbol, { value })
}

function readMember(holder: unknown, name: string): unknown {
  return typeof holder === 'object' && holder !== null ? Reflect.get(holder, name) : undefined
}
