import { useLayoutEffect } from 'preact/hooks'

/** A key, or two one after the other, and what it does. */
export interface KeyBinding {
  /** As `KeyboardEvent.key` names it; two with a blank between are pressed in turn. */
  readonly keys: string
  readonly says: string
  readonly run: () => void
}

const groups = new Set<readonly KeyBinding[]>()
let pending = ''
let pendingTimer: ReturnType<typeof setTimeout> | undefined

/** How long the second of two keys is waited for. */
const secondKeyMs = 1_000

/** Every binding that holds now. */
export function listBindings(): readonly KeyBinding[] {
  return [...groups].flat()
}

/**
 * Binds keys while a component is there.
 *
 * @param bindings a new array for each rendering is fine
 */
export function useKeys(bindings: readonly KeyBinding[]): void {
  // With the drawing itself: who sees the page may press a key.
  useLayoutEffect(() => {
    groups.add(bindings)
    return () => void groups.delete(bindings)
  })
}

/** Listens for keys, for as long as the page lives. */
export function startKeys(): void {
  addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return
    const { target } = event
    const isEscape = event.key === 'Escape'
    // In a field letters are text; Escape leaves it.
    if (isEscape && isTyping(target)) return target.blur()
    if (isTyping(target) || document.querySelector('dialog[open]') !== null) return
    // Enter belongs to whatever has the focus and does something with it.
    if (event.key === 'Enter' && target instanceof Element && target.closest('a, button, summary') !== null)
      return
    const sequence = pending === '' ? event.key : `${pending} ${event.key}`
    const bindings = [...groups].flat().reverse()
    const found =
      bindings.find(({ keys }) => keys === sequence) ?? bindings.find(({ keys }) => keys === event.key)
    clearTimeout(pendingTimer)
    pending = ''
    if (found !== undefined) {
      event.preventDefault()
      found.run()
    } else if (bindings.some(({ keys }) => keys.startsWith(`${event.key} `))) {
      pending = event.key
      pendingTimer = setTimeout(() => {
        pending = ''
      }, secondKeyMs)
    }
  })
}

function isTyping(target: EventTarget | null): target is HTMLElement {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName))
  )
}
