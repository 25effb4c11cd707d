import type { SentAnswer, SentRequest } from '@furlong/local/console'
import type { JSX } from 'preact'
import { Block } from '../parts/block.tsx'
import { Section } from '../parts/section.tsx'
import { Payload } from './payload.tsx'

/** The request as it arrived: its line, its headers in their order, its body. */
export function Sent({ sent }: { readonly sent: SentRequest }): JSX.Element {
  return (
    <Section title="Request, as it arrived">
      <Message label="Request" line={`${sent.method} ${sent.target}`} headers={sent.headers} />
      {sent.body.bytes > 0 && <Payload name="body" payload={sent.body} />}
    </Section>
  )
}

/** An answer as the client got it: its status, its headers in their order, its body. */
export function Answered({ answer }: { readonly answer: SentAnswer }): JSX.Element {
  const { status, statusText, headers, body } = answer
  return (
    <>
      <Message label="Answer" line={`HTTP/1.1 ${status} ${statusText}`} headers={headers} />
      {body === undefined ? (
        <p class="muted">The body was streamed, and is not kept.</p>
      ) : (
        <Payload name="body of the answer" payload={body} asItIs />
      )}
    </>
  )
}

function Message(props: {
  readonly label: string
  readonly line: string
  readonly headers: SentRequest['headers']
}): JSX.Element {
  return (
    <Block label={props.label}>
      {`${props.line}\n`}
      {props.headers.map(([name, value], at) => (
        <span key={at}>
          <span class="muted">{name}:</span>
          {` ${value}\n`}
        </span>
      ))}
    </Block>
  )
}
