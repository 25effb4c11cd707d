import type { Payload as PayloadFacts } from '@furlong/local/console'
import type { JSX } from 'preact'
import { Block } from '../parts/block.tsx'
import { CopyButton } from '../parts/copy-button.tsx'
import { formatBytes } from '../words.ts'

/** A text or bytes, as much of them as is kept; JSON is indented, unless every byte counts. */
export function Payload(props: {
  /** What it is, for those who hear the page: `event`. */
  readonly name: string
  readonly payload: PayloadFacts
  readonly asItIs?: boolean
}): JSX.Element {
  const { name, payload, asItIs = false } = props
  const { text, bytes, encoding, isCut } = payload
  if (bytes === 0) return <p class="muted">Empty.</p>
  const facts = [
    formatBytes(bytes),
    ...(encoding === 'base64' ? ['no UTF-8, shown as base64'] : []),
    ...(isCut ? ['only the beginning is kept'] : []),
  ]
  return (
    <div class="payload">
      <Block label={`The ${name}`}>{asItIs || isCut || encoding === 'base64' ? text : indent(text)}</Block>
      <p class="payload-foot muted">
        <span>{facts.join(' · ')}</span>
        <CopyButton text={text} what={`the ${name}`} />
      </p>
    </div>
  )
}

function indent(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2)
  } catch {
    return text
  }
}
