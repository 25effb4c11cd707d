import { type RefObject } from 'preact'
import { useLayoutEffect, useRef, useState } from 'preact/hooks'

/**
 * Follows the width of an element.
 *
 * @returns CSS pixels; 0 before it is laid out
 */
export function useWidth(box: RefObject<HTMLElement | null>): number {
  const [width, setWidth] = useState(0)
  const observed = useRef<{ readonly element: HTMLElement; readonly stop: () => void }>(undefined)
  // Each time: the element may be another than the last time, or be gone for a while.
  useLayoutEffect(() => {
    const element = box.current
    if (element === null || element === observed.current?.element) return
    observed.current?.stop()
    const measure = (): void => {
      if (element.isConnected) setWidth(element.clientWidth)
    }
    const observer = new ResizeObserver(measure)
    observer.observe(element)
    observed.current = { element, stop: () => observer.disconnect() }
    measure()
  })
  useLayoutEffect(() => () => observed.current?.stop(), [])
  return width
}
