import type { SentRequest } from '@furlong/local/console'
import type { JSX } from 'preact'
import { Block } from '../parts/block.tsx'
import { Section } from '../parts/section.tsx'
import { Payload } from './payload.tsx'

/** The request as it arrived: its line, its headers in their order, its body. */
export function Sent({ sent }: { readonly sent: SentRequest }): JSX.Element {
  return (
    <Section title="Request, as it arrived">
      <Block label="Request">
        {`${sent.method} ${sent.target}\n`}
        {sent.headers.map(([name, value], at) => (
          <span key={at}>
            <span class="muted">{name}:</span>
            {` ${value}\n`}
          </span>
        ))}
      </Block>
      {sent.body.bytes > 0 && <Payload name="body" payload={sent.body} />}
    </Section>
  )
}
