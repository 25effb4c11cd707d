/** Longest time that a batch waits where no frame is drawn, as in a tab that is hidden. */
const longestMs = 250

/**
 * Collects what comes in one by one and hands it on once a frame, however much came.
 *
 * @param take gets all that came since the last time
 * @returns takes one in
 */
export function createBatch<Item>(take: (items: readonly Item[]) => void): (item: Item) => void {
  let items: Item[] = []
  let frame: number | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  const flush = (): void => {
    if (frame !== undefined) cancelAnimationFrame(frame)
    clearTimeout(timer)
    frame = undefined
    timer = undefined
    const batch = items
    items = []
    take(batch)
  }
  return (item) => {
    items.push(item)
    if (timer !== undefined) return
    frame = requestAnimationFrame(flush)
    // A hidden tab draws no frames, and its batches must not grow for hours.
    timer = setTimeout(flush, longestMs)
  }
}
