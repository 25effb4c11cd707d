import type { ComponentChildren, JSX } from 'preact'
import { CopyButton } from './copy-button.tsx'

/** A command to copy, with whatever else can be done with it. */
export function Command(props: {
  readonly text: string
  readonly children?: ComponentChildren
}): JSX.Element {
  return (
    <div class="command">
      <code>{props.text}</code>
      <span class="command-buttons">
        <CopyButton text={props.text} what={props.text} />
        {props.children}
      </span>
    </div>
  )
}
