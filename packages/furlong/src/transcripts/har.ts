import { findHeader, toMembers, type Transcript } from './transcript.ts'

interface HarHeader {
  readonly name: string
  readonly value: string
}

interface HarEntry {
  readonly request: {
    readonly method: string
    readonly url: string
    readonly headers: readonly HarHeader[]
    readonly postData?: { readonly text?: string; readonly encoding?: string }
    readonly bodySize?: number
  }
  readonly response: {
    readonly status: number
    readonly headers: readonly HarHeader[]
    readonly content?: { readonly text?: string; readonly encoding?: string }
  }
}

/**
 * Tells whether a value is an HTTP archive, or one entry of one.
 * @param value parsed JSON
 * @returns whether it is
 * @see http://www.softwareishard.com/blog/har-12-spec/
 */
export function isHar(value: unknown): boolean {
  return listEntries(value).length > 0
}

/**
 * Reads an HTTP archive.
 * @param value parsed JSON: a whole archive, or one entry
 * @returns the last exchange that was refused, else the last one
 */
export function readHar(value: unknown): Transcript {
  const entries = listEntries(value)
  const entry = entries.findLast(({ response }) => response.status >= 400) ?? entries.at(-1)
  if (entry === undefined) return { form: 'HAR' }
  const { request, response } = entry
  const rawHeaders = flatten(request.headers)
  if (findHeader(rawHeaders, 'host') === undefined) rawHeaders.push('host', new URL(request.url).host)
  const isUnsigned =
    findHeader(rawHeaders, 'authorization') === undefined && !request.url.includes('X-Amz-Signature=')
  return {
    form: 'HAR',
    request: {
      method: request.method,
      // As it stands in the archive: a URL object would spell some paths anew.
      target: request.url.replace(/^[a-z]+:\/\/[^/?#]*/i, '').replace(/#.*$/, '') || '/',
      rawHeaders,
      body: readContent(request.postData) ?? (hasNoBody(rawHeaders) ? new Uint8Array() : undefined),
    },
    answer: {
      status: response.status,
      headers: toMembers(flatten(response.headers)),
      body: new TextDecoder().decode(readContent(response.content) ?? new Uint8Array()),
    },
    ...(isUnsigned
      ? { note: 'Browsers leave Authorization out of an archive unless they export it with sensitive data.' }
      : {}),
  }
}

function listEntries(value: unknown): HarEntry[] {
  const { log } = value as { log?: { entries?: unknown } }
  const entries: unknown[] = Array.isArray(log?.entries) ? log.entries : [value]
  return entries.filter(isEntry)
}

function isEntry(value: unknown): value is HarEntry {
  const { request, response } = (value ?? {}) as Partial<HarEntry>
  return (
    typeof request?.method === 'string' &&
    URL.canParse(request.url) &&
    isHeaders(request.headers) &&
    typeof response?.status === 'number' &&
    isHeaders(response.headers)
  )
}

const isHeaders = (value: unknown): value is readonly HarHeader[] =>
  Array.isArray(value) &&
  value.every(
    (header: Partial<HarHeader> | null) =>
      typeof header?.name === 'string' && typeof header.value === 'string',
  )

const flatten = (headers: readonly HarHeader[]): string[] =>
  headers.flatMap(({ name, value }) => [name, value])

const hasNoBody = (rawHeaders: readonly string[]): boolean =>
  Number(findHeader(rawHeaders, 'content-length') ?? 0) === 0

function readContent(
  content: { readonly text?: string; readonly encoding?: string } | undefined,
): Buffer | undefined {
  if (typeof content?.text !== 'string') return undefined
  return Buffer.from(content.text, content.encoding === 'base64' ? 'base64' : 'utf8')
}
