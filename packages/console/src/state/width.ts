import { type RefObject } from 'preact'
import { useLayoutEffect, useRef, useState } from 'preact/hooks'

/**
 * Follows the width of an element.
 *
 * @param box the element
 * @param guess what it most likely will be, in CSS pixels, so that the first drawing is the last; default 0
 * @returns CSS pixels; the guess before it is laid out
 */
export function useWidth(box: RefObject<HTMLElement | null>, guess = 0): number {
  const [width, setWidth] = useState(guess)
  const observed = useRef<{ readonly element: HTMLElement; readonly stop: () => void }>(undefined)
  // Each time: the element may be another than the last time, or be gone for a while.
  useLayoutEffect(() => {
    const element = box.current
    if (element === null || element === observed.current?.element) return
    observed.current?.stop()
    const measure = (): void => {
      if (element.isConnected) setWidth(element.clientWidth)
    }
    // It is told before the next frame, and needs no layout of its own for that.
    const observer = new ResizeObserver(measure)
    observer.observe(element)
    observed.current = { element, stop: () => observer.disconnect() }
  })
  useLayoutEffect(() => () => observed.current?.stop(), [])
  return width
}
