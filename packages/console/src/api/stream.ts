import type { StreamEvents, StreamQuery } from '@furlong/local/console'
import { ApiError, ask } from './call.ts'

/** One event of the stream, by its name. */
export type StreamEvent = {
  readonly [Name in keyof StreamEvents]: { readonly name: Name; readonly data: StreamEvents[Name] }
}[keyof StreamEvents]

/**
 * Reads the side's events as they come. `EventSource` cannot send the token, so this is its counterpart over `fetch`.
 *
 * @param query where to begin, and what is wanted
 * @param signal ends it
 * @param onOpen called once the side has answered
 * @throws {ApiError} when the side refuses it or does not answer
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
export async function* readStream(
  query: StreamQuery,
  signal: AbortSignal,
  onOpen: () => void,
): AsyncGenerator<StreamEvent> {
  const response = await ask(`stream?${new URLSearchParams({ ...query }).toString()}`, { signal })
  if (!response.ok || response.body === null)
    throw new ApiError(response.status, `The local side answered ${response.status}.`)
  onOpen()
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
  let rest = ''
  for (;;) {
    // One after the other is what a stream is.
    // oxlint-disable-next-line no-await-in-loop
    const { done, value } = await reader.read()
    if (done) return
    const blocks = (rest + value).split('\n\n')
    rest = blocks.pop() ?? ''
    for (const block of blocks) {
      const event = parseEvent(block)
      if (event !== undefined) yield event
    }
  }
}

/** A block that is a comment alone is a sign of life. */
function parseEvent(block: string): StreamEvent | undefined {
  const name = /^event: (.+)$/m.exec(block)?.[1]
  const data = /^data: (.+)$/m.exec(block)?.[1]
  return name === undefined || data === undefined
    ? undefined
    : ({ name, data: JSON.parse(data) as unknown } as StreamEvent)
}
