import type { ComponentChildren, JSX } from 'preact'

/** A block of text as it is; what is long scrolls, by keys as well. */
export function Block(props: {
  /** What it is, for those who hear the page. */
  readonly label: string
  readonly class?: string
  readonly children: ComponentChildren
}): JSX.Element {
  return (
    <pre class={`block ${props.class ?? ''}`} tabIndex={0} role="group" aria-label={props.label}>
      {props.children}
    </pre>
  )
}
