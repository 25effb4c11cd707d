import type { ComponentChildren, JSX } from 'preact'

/** A view without anything in it yet: why, and what to do next. */
export function Empty(props: { readonly title: string; readonly children?: ComponentChildren }): JSX.Element {
  return (
    <div class="empty" role="status">
      <h2>{props.title}</h2>
      {props.children}
    </div>
  )
}
