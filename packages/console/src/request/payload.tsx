import type { JSX } from 'preact'
import { CopyButton } from '../parts/copy-button.tsx'
import { Command } from '../parts/command.tsx'
import { formatBytes } from '../words.ts'

/** What went into a function or came out of it, as the record keeps its beginning. */
export function Payload(props: {
  readonly payload: { readonly text: string; readonly bytes: number } | undefined
}): JSX.Element {
  const { payload } = props
  if (payload === undefined)
    return (
      <>
        <p class="muted">Not recorded. The local side keeps payloads, masked, when it is started so:</p>
        <Command text="npx furlong up --record-payloads" />
      </>
    )
  const { text, bytes } = payload
  const isCut = new TextEncoder().encode(text).length < bytes
  return (
    <div class="payload">
      <p class="payload-head muted">
        <span>{isCut ? `${formatBytes(bytes)}, of which this is the beginning` : formatBytes(bytes)}</span>
        <CopyButton text={text} what="the payload" />
      </p>
      <pre class="block">{isCut ? text : indent(text)}</pre>
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
