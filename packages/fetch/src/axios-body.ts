import type { AxiosHeaders } from 'axios'
import type { SignedBody } from './body.ts'

/** What `form-data` and other streams of the first generation have in common. */
interface EventStream {
  on(event: string, listener: (value: unknown) => void): unknown
  resume?(): unknown
  destroy?(): unknown
}

/** What axios writes for lack of anything better, whatever the body is. */
const fallbackType = 'application/x-www-form-urlencoded'

/**
 * Turns what axios hands to its adapter into a body that can be read and signed, and sets the content type that
 * belongs to it: a multipart boundary must be the one in the bytes.
 * @param data `config.data`, after `transformRequest`
 * @param headers the headers of the request; changed in place
 * @returns the body; undefined when there is none
 */
export function readAxiosBody(data: unknown, headers: AxiosHeaders): SignedBody | undefined {
  if (data === undefined || data === null) {
    headers.delete('content-type')
    return undefined
  }
  if (data instanceof FormData) headers.delete('content-type')
  if (data instanceof Blob && (headers.getContentType() ?? fallbackType) === fallbackType) {
    headers.setContentType(data.type === '' ? 'application/octet-stream' : data.type)
  }
  if (!isEventStream(data)) return data as SignedBody
  if ('getHeaders' in data && typeof data.getHeaders === 'function') {
    headers.set(data.getHeaders() as Record<string, string>)
  }
  return Symbol.asyncIterator in data ? data : readEvents(data)
}

/**
 * Tells whether a body can be read only once, so that a second attempt needs the bytes of the first.
 * @param data `config.data`
 * @returns true for streams of either kind
 */
export function isReadOnce(data: unknown): boolean {
  return data instanceof ReadableStream || isEventStream(data)
}

function isEventStream(data: unknown): data is EventStream {
  return typeof data === 'object' && data !== null && 'pipe' in data && 'on' in data
}

// `form-data` is no async iterable and flows only once it is resumed. It goes on when it is destroyed, to a controller
// that throws then; nobody would catch that.
function readEvents(stream: EventStream): ReadableStream {
  let isOver = false
  return new ReadableStream({
    start(controller) {
      const listen = (event: string, act: (value: unknown) => void): void =>
        void stream.on(event, (value) => (isOver ? undefined : act(value)))
      listen('data', (chunk) => controller.enqueue(chunk))
      listen('end', () => {
        isOver = true
        controller.close()
      })
      listen('error', (error) => {
        isOver = true
        controller.error(error)
      })
      stream.resume?.()
    },
    cancel() {
      isOver = true
      stream.destroy?.()
    },
  })
}
