import type { ComponentChildren, JSX } from 'preact'
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'

/** Rows beyond the visible ones, so that a quick turn of the wheel shows no gap. */
const overscan = 8

/** The rows that exist: from the first to before the last. */
interface Range {
  readonly from: number
  readonly to: number
}

/** What a list shows. */
export interface VirtualListProps {
  readonly label: string
  /** How many rows there are. */
  readonly count: number
  /** Height of each row in CSS pixels. */
  readonly rowHeight: number
  /** Counts the rows that ever came in at the top: what is being read stays where it is. */
  readonly head: number
  /** Changes when rows came in behind the last one, though none of them is shown: the end may be in view still. */
  readonly tail: string | undefined
  /** The row that is chosen, if any; kept in view. */
  readonly active: number | undefined
  /** Id of the element of a row. */
  readonly rowId: (index: number) => string
  readonly renderRow: (index: number) => ComponentChildren
  /** Called when the end comes into view. */
  readonly onEnd?: () => void
  readonly class?: string
}

/** A list of which only the visible rows exist: any number of them costs the same. */
export function VirtualList(props: VirtualListProps): JSX.Element {
  const { count, rowHeight, head, tail, active, label, rowId, renderRow, onEnd } = props
  const box = useRef<HTMLDivElement>(null)
  // No list is higher than the window: the first rows can be drawn before anything is measured.
  const [range, setRange] = useState<Range>(() => ({ from: 0, to: Math.ceil(innerHeight / rowHeight) }))
  const last = useRef(head)

  useLayoutEffect(() => {
    const element = box.current
    if (element === null) return undefined
    const measure = (): void => setRange((now) => cover(now, element, rowHeight))
    const observer = new ResizeObserver(measure)
    observer.observe(element)
    element.addEventListener('scroll', measure, { passive: true })
    return () => {
      observer.disconnect()
      element.removeEventListener('scroll', measure)
    }
  }, [rowHeight])

  useLayoutEffect(() => {
    const element = box.current
    const added = head - last.current
    last.current = head
    // At the top the new rows are what one looks at.
    if (element !== null && added > 0 && element.scrollTop > rowHeight) element.scrollTop += added * rowHeight
  }, [head, rowHeight])

  useLayoutEffect(() => {
    const element = box.current
    if (element === null || active === undefined) return
    const top = active * rowHeight
    if (top < element.scrollTop) element.scrollTop = top
    else if (top + rowHeight > element.scrollTop + element.clientHeight)
      element.scrollTop = top + rowHeight - element.clientHeight
    // Only when another row is chosen: a row that is chosen may be scrolled away.
  }, [active === undefined ? undefined : rowId(active), rowHeight])

  const to = Math.min(count, range.to)
  // Of a list that has become shorter the end is seen.
  const from = Math.max(0, Math.min(range.from, to - (range.to - range.from)))
  useEffect(() => {
    if (to === count) onEnd?.()
  }, [to, count, tail])

  return (
    <div
      ref={box}
      class={`virtual ${props.class ?? ''}`}
      role="grid"
      aria-label={label}
      aria-rowcount={count}
      aria-activedescendant={active === undefined ? undefined : rowId(active)}
      tabIndex={0}
    >
      <div class="virtual-space" style={{ height: `${count * rowHeight}px` }}>
        <div class="virtual-rows" style={{ transform: `translateY(${from * rowHeight}px)` }}>
          {Array.from({ length: to - from }, (_, at) => renderRow(from + at))}
        </div>
      </div>
    </div>
  )
}

/** The rows to draw for what is seen: those that are drawn, as long as they cover it. */
function cover(drawn: Range, { scrollTop, clientHeight }: Element, rowHeight: number): Range {
  const first = Math.floor(scrollTop / rowHeight)
  const end = Math.ceil((scrollTop + clientHeight) / rowHeight)
  if (drawn.from <= first && end <= drawn.to) return drawn
  return { from: Math.max(0, first - overscan), to: end + overscan }
}
