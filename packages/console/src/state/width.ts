import { type RefObject } from 'preact'
import { useLayoutEffect, useState } from 'preact/hooks'

/**
 * Follows the width of an element.
 *
 * @returns CSS pixels; 0 before it is laid out
 */
export function useWidth(box: RefObject<HTMLElement | null>): number {
  const [width, setWidth] = useState(0)
  useLayoutEffect(() => {
    const element = box.current
    if (element === null) return undefined
    const observer = new ResizeObserver(() => setWidth(element.clientWidth))
    observer.observe(element)
    setWidth(element.clientWidth)
    return () => observer.disconnect()
  }, [])
  return width
}
