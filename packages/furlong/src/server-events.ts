/** One server-sent event of the local side: a line each for its three fields. */
export interface ServerEvent {
  readonly id: string
  readonly event: string
  readonly data: string
}

/**
 * Reads server-sent events, as the local side writes them.
 * @param response an answer of type `text/event-stream`
 * @returns the events; it ends when the connection does, however that ends
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
export async function* readServerEvents(response: Response): AsyncGenerator<ServerEvent> {
  let rest = ''
  try {
    for await (const text of (response.body ?? new ReadableStream()).pipeThrough(new TextDecoderStream())) {
      const blocks = (rest + text).split('\n\n')
      rest = blocks.pop() ?? ''
      for (const block of blocks) {
        // A block that is a comment alone is a sign of life.
        if (!block.startsWith(':')) yield parseEvent(block)
      }
    }
  } catch {
    // A side that ends tears its connections; whoever reads knows by the end that there is no more.
  }
}

function parseEvent(block: string): ServerEvent {
  const fields = new Map(
    block.split('\n').map((line) => {
      const at = line.indexOf(': ')
      return [line.slice(0, at), line.slice(at + 2)] as const
    }),
  )
  return { id: fields.get('id') ?? '', event: fields.get('event') ?? '', data: fields.get('data') ?? '' }
}
