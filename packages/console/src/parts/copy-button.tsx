import type { JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'

/** How long a button says that it was done. */
const saidMs = 1_600

/** Copies a text; says so on the button itself, and to those who hear the page. */
export function CopyButton(props: {
  readonly text: string | (() => string | Promise<string>)
  readonly label?: string
  /** What is copied, for those who hear the button; default its label. */
  readonly what?: string
}): JSX.Element {
  const { text, label = 'Copy', what } = props
  const [state, setState] = useState<'idle' | 'done' | 'failed'>('idle')
  useEffect(() => {
    if (state === 'idle') return undefined
    const timer = setTimeout(() => setState('idle'), saidMs)
    return () => clearTimeout(timer)
  }, [state])
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(typeof text === 'string' ? text : await text())
      setState('done')
    } catch {
      setState('failed')
    }
  }
  const says = { idle: label, done: 'Copied', failed: 'Not copied' }[state]
  return (
    <button
      type="button"
      class="button small"
      aria-label={what === undefined || state !== 'idle' ? undefined : `${label} ${what}`}
      onClick={() => void copy()}
    >
      <span aria-live="polite">{says}</span>
    </button>
  )
}
