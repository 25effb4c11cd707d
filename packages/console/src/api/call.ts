import type { ConsoleApi } from '@furlong/local/console'

type Calls = {
  readonly [
    Name in keyof ConsoleApi as ConsoleApi[Name] extends { readonly answer: unknown } ? Name : never
  ]: ConsoleApi[Name]
}

/** What a call takes: the id in its path, its query, its body. */
type Input<Call> = (Call extends { readonly query: infer Query } ? { readonly query: Query } : unknown) &
  (Call extends { readonly body: infer Body } ? { readonly body: Body } : unknown) & {
    readonly id?: string
    readonly signal?: AbortSignal
  }

type Answer<Call> = Call extends { readonly answer: infer Result } ? Result : never

/** A call that the local side refused, or that did not reach it. */
export class ApiError extends Error {
  /** HTTP status; 0 when there was no answer. */
  readonly status: number

  /**
   * @param status HTTP status; 0 when there was no answer
   * @param message one sentence
   */
  constructor(status: number, message: string) {
    super(message)
    this.name = 'ApiError'
    this.status = status
  }
}

const tokenKey = 'furlong-token'

/** Settles when the page has the token that it will have. */
let session: Promise<unknown> = Promise.resolve()

/** Lets every call wait until the page has the token that it will have. */
export function holdCalls(until: Promise<unknown>): void {
  session = until.catch(() => undefined)
}

/** Keeps the token of this tab, for the calls that follow. */
export function keepToken(token: string): void {
  sessionStorage.setItem(tokenKey, token)
}

/** The API lies beside the page. */
const base = new URL('api/', document.baseURI)

/**
 * Asks the local side.
 *
 * @param path below the API, with its query
 * @returns the answer, whatever its status
 * @throws {ApiError} with status 0 when there is none
 */
export async function ask(path: string, init: RequestInit = {}): Promise<Response> {
  const headers = {
    authorization: `Bearer ${sessionStorage.getItem(tokenKey) ?? ''}`,
    ...(init.body === undefined ? {} : { 'content-type': 'application/json' }),
  }
  try {
    return await fetch(new URL(path, base), { ...init, headers, credentials: 'omit', cache: 'no-store' })
  } catch (error) {
    if (init.signal?.aborted === true) throw error
    throw new ApiError(0, 'The local side does not answer. Start it again with: npx furlong up.')
  }
}

/**
 * Makes one call of the API.
 *
 * @param name method and path, as the contract writes them
 * @param input what the call takes
 * @returns what it answers
 * @throws {ApiError} when the side refuses it, with its sentence, or does not answer
 */
export async function call<Name extends keyof Calls>(
  name: Name,
  input: Input<Calls[Name]>,
): Promise<Answer<Calls[Name]>> {
  await session
  return send(name, input)
}

/**
 * Makes one call of the API without waiting for the token.
 *
 * @param name method and path, as the contract writes them
 * @param input what the call takes
 * @returns what it answers
 * @throws {ApiError} as `call()`
 */
export async function send<Name extends keyof Calls>(
  name: Name,
  input: Input<Calls[Name]>,
): Promise<Answer<Calls[Name]>> {
  const {
    id = '',
    query,
    body,
    signal,
  } = input as {
    readonly id?: string
    readonly query?: Readonly<Record<string, string>>
    readonly body?: unknown
    readonly signal?: AbortSignal
  }
  const [method = '', path = ''] = name.split(' ')
  const search = query === undefined ? '' : `?${new URLSearchParams(query).toString()}`
  const response = await ask(`${path.slice(1).replace('<id>', encodeURIComponent(id))}${search}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal === undefined ? {} : { signal }),
  })
  const text = await response.text()
  if (!response.ok)
    throw new ApiError(response.status, readError(text) ?? `The local side answered ${response.status}.`)
  return JSON.parse(text) as Answer<Calls[Name]>
}

function readError(text: string): string | undefined {
  try {
    const { error } = JSON.parse(text) as { error?: unknown }
    return typeof error === 'string' ? error : undefined
  } catch {
    return undefined
  }
}

/** What went wrong, as a sentence. */
export function sayError(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
