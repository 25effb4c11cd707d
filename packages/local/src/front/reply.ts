import type { Answer } from './send.ts'

/** How a request is answered: whole, by a head whose body is still being made, or by a torn connection. */
export type Reply =
  | (Answer & { readonly kind: 'whole' })
  | {
      readonly kind: 'streamed'
      readonly status: number
      readonly headers: Answer['headers']
      readonly body: AsyncIterable<Uint8Array>
      /** Tells the function that nobody listens any more. */
      readonly cancel: () => void
      /** Called once, when the stream has ended, has failed, or has nobody left to listen. */
      readonly finished: (end: StreamEnd) => void
    }
  | { readonly kind: 'torn' }

/** How a streamed answer came to its end. */
export type StreamEnd = 'whole' | 'caller-left' | { readonly failed: unknown }
