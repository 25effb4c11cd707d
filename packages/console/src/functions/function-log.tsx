import type { LogLine, StreamEvents } from '@furlong/local/console'
import type { JSX } from 'preact'
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { call, sayError } from '../api/call.ts'
import { followLogs } from '../state/side.ts'
import { formatTime, stripColours, unqualify } from '../words.ts'

/** Lines that are kept: what a function writes without end must not fill the memory. */
const maxLines = 1_000

/** What a function writes, as it comes; the end stays in view while it is looked at. */
export function FunctionLog(props: { readonly arn: string; readonly name: string }): JSX.Element {
  const { arn, name } = props
  const [lines, setLines] = useState<readonly LogLine[]>()
  const [problem, setProblem] = useState<string>()
  const box = useRef<HTMLPreElement>(null)
  const isAtEnd = useRef(true)

  useEffect(() => {
    const gone = new AbortController()
    // Undefined until the first page is there; what comes before that waits.
    let known: number | undefined
    let early: StreamEvents['logs'][] = []
    const add = (added: readonly LogLine[]): void => {
      const own = added.filter(({ functionArn }) => unqualify(functionArn) === arn)
      setLines((before = []) => (own.length === 0 ? before : [...before, ...own].slice(-maxLines)))
    }
    const follow = (event: StreamEvents['logs']): void => {
      if (known === undefined) {
        early.push(event)
        return
      }
      // An event holds every line up to its cursor: those that the first page had are left out.
      const from = event.cursor - event.lines.length
      add(event.lines.slice(Math.max(0, known - from)))
      known = Math.max(known, event.cursor)
    }
    const load = async (): Promise<void> => {
      try {
        const query = { function: name, limit: String(maxLines) }
        const page = await call('GET /logs', { query, signal: gone.signal })
        known = page.cursor
        add(page.lines)
        for (const event of early) follow(event)
        early = []
      } catch (error) {
        if (!gone.signal.aborted) setProblem(sayError(error))
      }
    }
    void load()
    const end = followLogs(follow)
    return () => {
      gone.abort()
      end()
    }
  }, [arn])

  useLayoutEffect(() => {
    const element = box.current
    if (element !== null && isAtEnd.current) element.scrollTop = element.scrollHeight
  }, [lines])

  if (problem !== undefined) return <p class="bad">{problem}</p>
  if (lines === undefined) return <p class="muted">Reading the log…</p>
  if (lines.length === 0)
    return <p class="muted">Nothing was written yet. Each invocation writes its lines here as it runs.</p>
  return (
    <pre
      ref={box}
      class="block log"
      role="log"
      tabIndex={0}
      aria-label={`Log of ${name}`}
      onScroll={({ currentTarget }) => {
        isAtEnd.current =
          currentTarget.scrollTop + currentTarget.clientHeight >= currentTarget.scrollHeight - 20
      }}
    >
      {lines.map(({ at, text }, index) => (
        <span key={index}>
          <span class="muted">{formatTime(at)}</span> {`${stripColours(text).trimEnd()}\n`}
        </span>
      ))}
    </pre>
  )
}
