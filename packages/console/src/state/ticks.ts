import { useEffect, useState } from 'preact/hooks'

/**
 * Counts up while the page is seen, for what has to be asked again and again.
 *
 * @param everyMs time between two counts
 */
export function useTicks(everyMs: number): number {
  const [ticks, setTicks] = useState(0)
  useEffect(() => {
    const timer = setInterval(() => {
      if (!document.hidden) setTicks((before) => before + 1)
    }, everyMs)
    return () => clearInterval(timer)
  }, [everyMs])
  return ticks
}
